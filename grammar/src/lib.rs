//! The parser and the rules that pest derives from `promo.pest`, and nothing else.
//!
//! This is a separate package because deriving the parser takes longer than compiling any other part of promoc, and is
//! only needed when the grammar changes. `promoc::syntax` knows what the nodes mean.
#![allow(missing_docs, reason = "pest derives one variant for each rule of the grammar, which explains each")]

/// The parser of programs; its start rule is `program`.
#[derive(pest_derive::Parser)]
#[grammar = "../promo.pest"]
pub struct Grammar;

/// The text of the grammar, for tests that compare other lists with it.
pub const TEXT: &str = include_str!("../promo.pest");
