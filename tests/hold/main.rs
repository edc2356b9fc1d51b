//! It holds: whatever the bytes, the promises of `promised` are kept, and work grows as the text does.

mod found;
mod promised;
mod real_files;
mod shapes;
mod tally;
