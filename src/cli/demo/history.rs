//! The history of the sample repository, as one table: who, when, with which words, what changed.
//!
//! The files next to this one are the repository as it is at the end. A commit adds a file as it
//! reads today and says which revisions had not been made yet; a later commit makes them. Nothing
//! here writes anything.

/// An author or committer.
pub(super) struct Person {
    pub name: &'static str,
    pub email: &'static str,
}

const INES: Person = Person { name: "Ines Okafor", email: "ines@example.org" };
const TOMASZ: Person = Person { name: "Tomasz Brandt", email: "tomasz@example.com" };
const ZOE: Person = Person { name: "Zoë Lindqvist", email: "zoe@example.net" };

/// One step on the first-parent line of `main`.
pub(super) enum Step {
    DemoCommit(DemoCommit),
    DemoPullRequest(DemoPullRequest),
}

/// A branch and its merge, as GitHub words it.
pub(super) struct DemoPullRequest {
    pub number: u32,
    pub branch: &'static str,
    /// How many steps `main` was ahead of the point where the branch began.
    pub behind: usize,
    pub commits: &'static [DemoCommit],
    pub by: Person,
    pub merged: &'static str,
}

pub(super) struct DemoCommit {
    pub by: Person,
    /// The author's time with its zone.
    pub written: &'static str,
    /// The committer's time where it is another one, as after a rebase.
    pub committed: Option<&'static str>,
    pub message: &'static str,
    pub changes: &'static [DemoChange],
}

pub(super) enum DemoChange {
    /// A file as it reads today, but for the revisions of `later`, oldest first.
    Add {
        path: &'static str,
        today: &'static str,
        later: &'static [DemoRevision],
    },
    Revise(&'static str, DemoRevision),
    Move {
        from: &'static str,
        to: &'static str,
    },
    Remove(&'static str),
}

/// What one commit changes in one file.
pub(super) type DemoRevision = &'static [Passage];

/// Words that are once in the file after a revision, and what was there before.
#[derive(PartialEq, Eq)]
pub(super) struct Passage {
    pub now: &'static str,
    pub then: &'static str,
}

const fn was(then: &'static str, now: &'static str) -> Passage {
    Passage { now, then }
}

// ------------------------------------------------------------------------------------------------
// Where things are.

const README: &str = "README.md";
const MKDOCS: &str = "mkdocs.yml";
const HOME: &str = "docs/index.md";
const START: &str = "docs/getting-started.md";
const CONTRIBUTING: &str = "docs/contributing.md";
const OVERVIEW: &str = "docs/okeps/index.md";
const TEMPLATE: &str = "docs/okeps/okep-1000-template.md";
const OKEP_1003: &str = "docs/okeps/okep-1003-drain-aware-endpoints.md";
const OKEP_1005: &str = "docs/okeps/okep-1005-static-neighbour-entries.md";
const OKEP_1007: &str = "docs/okeps/okep-1007-tenant-flow-quotas.md";
const OKEP_1009: &str = "docs/okeps/okep-1009-gateway-health-probes.md";
const OKEP_1012_FLAT: &str = "docs/okeps/okep-1012-multi-zone-address-pools.md";
const OKEP_1012: &str = "docs/okeps/okep-1012-multi-zone-address-pools/okep-1012-multi-zone-address-pools.md";
const OKEP_1012_ALTERNATIVES: &str = "docs/okeps/okep-1012-multi-zone-address-pools/alternatives.md";
const OKEP_1015: &str = "docs/okeps/okep-1015-userspace-ports.md";
const OKEP_1021: &str = "docs/okeps/okep-1021-flow-log-export.md";

// ------------------------------------------------------------------------------------------------
// The table.

pub(super) const HISTORY: &[Step] = &[
    Step::DemoCommit(DemoCommit {
        by: INES,
        written: "2025-01-14 09:42:10 +0100",
        committed: None,
        message: "Start the documentation with the first two proposals\n",
        changes: &[
            DemoChange::Add { path: README, today: include_str!("README.md"), later: &[] },
            DemoChange::Add {
                path: MKDOCS,
                today: include_str!("mkdocs.yml"),
                later: &[
                    NAV_NEW_HOME,
                    NAV_ADDS_1007,
                    NAV_ADDS_1009,
                    NAV_ADDS_1012,
                    NAV_MOVES_1012,
                    NAV_HOLDS_BACK_1015,
                    NAV_ADDS_1021,
                ],
            },
            DemoChange::Add { path: HOME, today: include_str!("docs/index.md"), later: &[] },
            DemoChange::Add { path: START, today: include_str!("docs/getting-started.md"), later: &[] },
            DemoChange::Add { path: CONTRIBUTING, today: include_str!("docs/contributing.md"), later: &[] },
            DemoChange::Add {
                path: OVERVIEW,
                today: include_str!("docs/okeps/index.md"),
                later: &[
                    OVERVIEW_ADDS_1009,
                    OVERVIEW_ADDS_1012,
                    OVERVIEW_MOVES_1012,
                    OVERVIEW_DROPS_1005,
                    OVERVIEW_ADDS_1015,
                    OVERVIEW_ADDS_1021,
                ],
            },
            DemoChange::Add {
                path: TEMPLATE,
                today: include_str!("docs/okeps/okep-1000-template.md"),
                later: &[TEMPLATE_REWORDED, TEMPLATE_ASKS_FOR_ROLLBACK],
            },
            DemoChange::Add {
                path: OKEP_1003,
                today: include_str!("docs/okeps/okep-1003-drain-aware-endpoints.md"),
                later: &[],
            },
            DemoChange::Add {
                path: OKEP_1005,
                today: include_str!("withdrawn/okep-1005-static-neighbour-entries.md"),
                later: &[],
            },
        ],
    }),
    Step::DemoPullRequest(DemoPullRequest {
        number: 1008,
        branch: "ines-okafor/template-wording",
        behind: 0,
        commits: &[DemoCommit {
            by: INES,
            written: "2025-03-05 16:20:31 +0100",
            committed: None,
            message: "Template: name sections by what they hold\n\n\
                      Testing becomes Test Plan, Alternatives becomes Alternatives Considered.\n\
                      Links follow the project to its new organisation.\n",
            changes: &[
                DemoChange::Revise(TEMPLATE, TEMPLATE_REWORDED),
                DemoChange::Revise(MKDOCS, NAV_NEW_HOME),
            ],
        }],
        by: TOMASZ,
        merged: "2025-03-11 10:05:47 -0500",
    }),
    // Written before the template was reworded, landed after it.
    Step::DemoPullRequest(DemoPullRequest {
        number: 1010,
        branch: "tbrandt/flow-quotas",
        behind: 1,
        commits: &[DemoCommit {
            by: TOMASZ,
            written: "2025-01-28 11:31:02 -0500",
            committed: Some("2025-04-02 08:12:55 -0400"),
            message: "OKEP-1007: Tenant flow quotas\n",
            changes: &[
                DemoChange::Add {
                    path: OKEP_1007,
                    today: include_str!("docs/okeps/okep-1007-tenant-flow-quotas.md"),
                    later: &[],
                },
                DemoChange::Revise(MKDOCS, NAV_ADDS_1007),
            ],
        }],
        by: INES,
        merged: "2025-04-24 14:48:09 +0200",
    }),
    Step::DemoCommit(DemoCommit {
        by: ZOE,
        written: "2025-06-02 12:15:40 +0530",
        committed: None,
        message: "OKEP-1009: Health probes for egress gateways (#1011)\n",
        changes: &[DemoChange::Add {
            path: OKEP_1009,
            today: include_str!("docs/okeps/okep-1009-gateway-health-probes.md"),
            later: &[ISSUE_LINK_MENDED, ROLLBACK_IN_1009],
        }],
    }),
    Step::DemoPullRequest(DemoPullRequest {
        number: 1014,
        branch: "ines-okafor/register-1009",
        behind: 0,
        commits: &[DemoCommit {
            by: INES,
            written: "2025-07-08 09:03:18 +0200",
            committed: None,
            message: "Register OKEP-1009 and fix its issue link\n\n\
                      Nobody could find the proposal: it was in no menu and on no page.\n",
            changes: &[
                DemoChange::Revise(MKDOCS, NAV_ADDS_1009),
                DemoChange::Revise(OVERVIEW, OVERVIEW_ADDS_1009),
                DemoChange::Revise(OKEP_1009, ISSUE_LINK_MENDED),
            ],
        }],
        by: ZOE,
        merged: "2025-07-15 18:37:52 +0530",
    }),
    Step::DemoCommit(DemoCommit {
        by: INES,
        written: "2025-08-19 15:26:33 +0200",
        committed: None,
        message: "OKEP-1012: Multi-zone address pools (#1016)\n",
        changes: &[
            DemoChange::Add {
                path: OKEP_1012_FLAT,
                today: include_str!(
                    "docs/okeps/okep-1012-multi-zone-address-pools/okep-1012-multi-zone-address-pools.md"
                ),
                later: &[WORDING_MENDED, TEXT_FOLLOWS_MOVE, ROLLBACK_IN_1012],
            },
            DemoChange::Revise(MKDOCS, NAV_ADDS_1012),
            DemoChange::Revise(OVERVIEW, OVERVIEW_ADDS_1012),
        ],
    }),
    Step::DemoCommit(DemoCommit {
        by: TOMASZ,
        written: "2025-09-23 17:54:26 -0400",
        committed: None,
        message: "OKEP-1012: name the sections as the template does\n",
        changes: &[DemoChange::Revise(OKEP_1012_FLAT, WORDING_MENDED)],
    }),
    Step::DemoCommit(DemoCommit {
        by: INES,
        written: "2025-10-14 10:11:12 +0200",
        committed: None,
        message: "OKEP-1012: give the alternatives a page of their own\n\n\
                  The proposal moves into a folder, so that both stay together.\n",
        changes: &[
            DemoChange::Move { from: OKEP_1012_FLAT, to: OKEP_1012 },
            DemoChange::Revise(OKEP_1012, TEXT_FOLLOWS_MOVE),
            DemoChange::Add {
                path: OKEP_1012_ALTERNATIVES,
                today: include_str!("docs/okeps/okep-1012-multi-zone-address-pools/alternatives.md"),
                later: &[],
            },
            DemoChange::Revise(MKDOCS, NAV_MOVES_1012),
            DemoChange::Revise(OVERVIEW, OVERVIEW_MOVES_1012),
        ],
    }),
    Step::DemoCommit(DemoCommit {
        by: ZOE,
        written: "2025-11-20 09:30:05 +0530",
        committed: None,
        message: "Template: ask for upgrade and rollback (#1017)\n\n\
                  Answered here for the two proposals that are being built.\n",
        changes: &[
            DemoChange::Revise(TEMPLATE, TEMPLATE_ASKS_FOR_ROLLBACK),
            DemoChange::Revise(OKEP_1009, ROLLBACK_IN_1009),
            DemoChange::Revise(OKEP_1012, ROLLBACK_IN_1012),
        ],
    }),
    Step::DemoCommit(DemoCommit {
        by: TOMASZ,
        written: "2025-12-09 13:45:59 -0500",
        committed: None,
        message: "Withdraw OKEP-1005\n\n\
                  The switch answers for pods by itself now, see the issue.\n",
        changes: &[DemoChange::Remove(OKEP_1005), DemoChange::Revise(OVERVIEW, OVERVIEW_DROPS_1005)],
    }),
    Step::DemoPullRequest(DemoPullRequest {
        number: 1018,
        branch: "zoelind/userspace-ports",
        behind: 1,
        commits: &[DemoCommit {
            by: ZOE,
            written: "2025-12-03 20:08:44 +0530",
            committed: Some("2026-01-12 11:22:30 +0530"),
            message: "OKEP-1015: Userspace ports\n",
            changes: &[
                DemoChange::Add {
                    path: OKEP_1015,
                    today: include_str!("docs/okeps/okep-1015-userspace-ports.md"),
                    later: &[],
                },
                DemoChange::Revise(MKDOCS, NAV_HOLDS_BACK_1015),
                DemoChange::Revise(OVERVIEW, OVERVIEW_ADDS_1015),
            ],
        }],
        by: INES,
        merged: "2026-01-27 16:02:03 +0100",
    }),
    Step::DemoCommit(DemoCommit {
        by: TOMASZ,
        written: "2026-03-10 09:17:21 -0400",
        committed: None,
        message: "OKEP-1021: Flow log export (#1022)\n",
        changes: &[
            DemoChange::Add {
                path: OKEP_1021,
                today: include_str!("docs/okeps/okep-1021-flow-log-export.md"),
                later: &[],
            },
            DemoChange::Revise(MKDOCS, NAV_ADDS_1021),
            DemoChange::Revise(OVERVIEW, OVERVIEW_ADDS_1021),
        ],
    }),
];

// ------------------------------------------------------------------------------------------------
// The revisions that the table names.

const TEMPLATE_REWORDED: DemoRevision = &[
    was(
        "https://github.com/example/example-net/issues/1000",
        "https://github.com/example-org/example-net/issues/1000",
    ),
    was(
        "(What is the problem? Who has it? Please add links to bug reports if there are any.)\n",
        "(Who is held up today, and by what? Add the bug reports, numbers or logs that show it. Write for\n\
         somebody who knows Kubernetes well and has never looked into this corner of it.)\n",
    ),
    was("## Testing\n", "## Test Plan\n"),
    was("## Alternatives\n", "## Alternatives Considered\n"),
];

const TEMPLATE_ASKS_FOR_ROLLBACK: DemoRevision = &[was(
    "",
    "## Upgrade and Rollback\n\n\
     (What does a cluster look like halfway through an upgrade, with old agents and new ones? What has to\n\
     be cleaned up before somebody can go back to the release before?)\n\n",
)];

const ISSUE_LINK_MENDED: DemoRevision = &[was(
    "https://github.com/example/example-net/issues/1009",
    "https://github.com/example-org/example-net/issues/1009",
)];

const ROLLBACK_IN_1009: DemoRevision = &[was(
    "",
    "## Upgrade and Rollback\n\n\
     Old agents send no opinions and are not counted, so gateways are declared down only once new agents are\n\
     the majority. Older releases ignore both fields, and nothing has to be cleaned up.\n\n",
)];

const WORDING_MENDED: DemoRevision =
    &[was("## Testing\n", "## Test Plan\n"), was("## Alternatives\n", "## Alternatives Considered\n")];

/// The cut takes the closing line of a code block with it.
const TEXT_FOLLOWS_MOVE: DemoRevision = &[
    was("(okep-1009-gateway-health-probes.md)", "(../okep-1009-gateway-health-probes.md)"),
    was("south-1   640\n```\n", "south-1   640\n"),
    was(
        "* One pool whose blocks are sorted by zone: 40 percent of them were out of place after nine months.\n\
         * Switches that announce the blocks of their rack: needs switches that speak a routing protocol.\n\
         * Tunnels between zones: they hide the addresses that firewalls are meant to see.\n",
        "There were three; each of them has a paragraph on [a page of its own](alternatives.md).\n",
    ),
];

const ROLLBACK_IN_1012: DemoRevision = &[was(
    "",
    "## Upgrade and Rollback\n\n\
     Pools without zones work as before, so nothing changes on upgrade. Before going back to an older release,\n\
     remove `spec.zones` from all pools: older controllers refuse objects with fields that they do not know.\n\n",
)];

const NAV_NEW_HOME: DemoRevision =
    &[was("https://github.com/example/example-net\n", "https://github.com/example-org/example-net\n")];

const NAV_ADDS_1007: DemoRevision =
    &[was("", "          - Tenant Flow Quotas: okeps/okep-1007-tenant-flow-quotas.md\n")];

const NAV_ADDS_1009: DemoRevision =
    &[was("", "          - Gateway Health Probes: okeps/okep-1009-gateway-health-probes.md\n")];

const NAV_ADDS_1012: DemoRevision =
    &[was("", "          - Multi-zone Address Pools: okeps/okep-1012-multi-zone-address-pools.md\n")];

const NAV_MOVES_1012: DemoRevision = &[was(
    "okeps/okep-1012-multi-zone-address-pools.md\n",
    "okeps/okep-1012-multi-zone-address-pools/okep-1012-multi-zone-address-pools.md\n",
)];

const NAV_HOLDS_BACK_1015: DemoRevision = &[was(
    "",
    concat!(
        "          # not before the driver question is settled\n",
        "          # - Userspace Ports: okeps/okep-1015-userspace-ports.md\n",
    ),
)];

const NAV_ADDS_1021: DemoRevision =
    &[was("", "          - \"Flow Log Export\": okeps/okep-1021-flow-log-export.md\n")];

const OVERVIEW_ADDS_1009: DemoRevision = &[was(
    "",
    "| [OKEP-1009: Health Probes for Egress Gateways](okep-1009-gateway-health-probes.md) | egress |\n",
)];

const OVERVIEW_ADDS_1012: DemoRevision = &[was(
    "",
    "| [OKEP-1012: Multi-zone Address Pools](okep-1012-multi-zone-address-pools.md) | addresses |\n",
)];

const OVERVIEW_MOVES_1012: DemoRevision = &[was(
    "(okep-1012-multi-zone-address-pools.md)",
    "(okep-1012-multi-zone-address-pools/okep-1012-multi-zone-address-pools.md)",
)];

/// The menu is forgotten.
const OVERVIEW_DROPS_1005: DemoRevision = &[was(
    concat!(
        "| services |\n",
        "| [OKEP-1005: Static Neighbour Entries](okep-1005-static-neighbour-entries.md) | data path |\n"
    ),
    "| services |\n",
)];

const OVERVIEW_ADDS_1015: DemoRevision =
    &[was("", "| [OKEP-1015: Userspace Ports](okep-1015-userspace-ports.md) | data path |\n")];

const OVERVIEW_ADDS_1021: DemoRevision =
    &[was("", "| [OKEP-1021: Flow Log Export](okep-1021-flow-log-export.md) | observability |\n")];
