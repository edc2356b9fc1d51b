"""Holds the JSON on standard input against the JSON schema in the file that the first argument names."""

import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)
kind.check_schema(schema)
errors = sorted(kind(schema).iter_errors(json.load(sys.stdin)), key=lambda e: e.json_path)
for error in errors[:20]:
    print(f"{error.json_path}: {error.message[:300]}")
sys.exit(1 if errors else 0)
