//! Explains text that is not a statement of its block: a misspelled word, a word of another block, a habit of another
//! language.

use super::braces::starts_with_block;
use super::habit::Habit;
use super::statement::{is_shifted, near};
use super::{Explain, flawed, words};
use crate::diagnostic::{Code, nearest, one_of};
use crate::syntax::keywords::{self, Block};
use crate::syntax::node::{Node, Rule, TextRange};
use crate::syntax::problem::Problem;

impl Explain<'_> {
    /// Explains a piece of junk in a block, after the statement `before`.
    pub(super) fn junk(&mut self, junk: &Node, before: Option<&Node>, block: Block) {
        let known = self.problems.len();
        self.words(junk, before, block);
        let start = before.filter(|before| self.tears(before, junk, block)).map_or(junk.start, |before| before.start);
        self.settle(known, (start, junk.head().1));
    }

    /// Whether one character tears a statement in two: a `;` or line end inside of a word, a brace, or a quote too few.
    fn tears(&self, before: &Node, junk: &Node, block: Block) -> bool {
        let between = self.of((before.end, junk.start));
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let inside = self.of(before.range()).ends_with(is_letter) && self.of(junk.range()).starts_with(is_letter);
        inside && (between == ";" || between == "\n" && block != Block::File)
            || starts_with_block(junk) && flawed(before) && !between.contains('\n')
            || before.contains(Rule::open_string) && junk.contains(Rule::open_string)
    }

    fn words(&mut self, junk: &Node, before: Option<&Node>, block: Block) {
        if self.odd_blank(junk) || self.slashes(junk) || self.dash(junk, block) {
            return;
        }
        let has_block = junk.children.iter().any(Node::is_block);
        let line = self.of(junk.range());
        if !line.contains('\n') && self.phrase(Code::E0101, junk.range(), false, block)
            || has_block && self.phrase(Code::E0101, junk.head(), true, block)
        {
            return;
        }
        let first = junk.first_leaf();
        if junk.children.first().is_some_and(|child| child.rule == Rule::any_block) {
            return self.lone_block(first, before);
        }
        let word = self.first_token(junk);
        if let Some(problem) = self.lacks_word(junk, word, block) {
            return self.say(problem);
        }
        if let Some(habit) = Habit::of(block, word) {
            return self.foreign(first.range(), word, block, habit);
        }
        if let Some(problem) = self.misspelt(junk, word, block) {
            return self.say(problem);
        }
        let belongs: Vec<Block> = keywords::blocks_with(word).filter(|other| *other != block).collect();
        let head = (
            junk.start,
            junk.children.iter().take_while(|child| !child.is_block()).last().map_or(junk.end, |last| last.end),
        );
        if block != Block::File && !belongs.is_empty() && belongs.first() != Some(&Block::File) {
            return self.say(elsewhere(word, block, &belongs, head));
        }
        let here: Vec<&str> = keywords::of_block(block).map(|keyword| keyword.word).collect();
        let listed = one_of(here.iter().copied()).unwrap_or_else(|| {
            format!("one of {}", here.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
        });
        let problem = Problem::new(Code::E0101, self.unknown(word, block), first.range(), "");
        let problem = match nearest(word, here.iter().copied()) {
            Some(word) => problem.help(format!("Write `{word}`, or remove the line.")).fix(
                format!("write `{word}`"),
                first.range(),
                word,
            ),
            None => problem.help(format!("Write {listed}.")),
        };
        self.say(problem);
    }

    /// Explains a statement outside of any block.
    pub(super) fn stray(&mut self, junk: &Node, declaration: Option<u32>) {
        let word = self.first_token(junk);
        let blocks: Vec<Block> = keywords::blocks_with(word).collect();
        let known = blocks.first().copied().filter(|_| !blocks.contains(&Block::File));
        let Some(block) = known else { return self.junk(junk, None, Block::File) };
        let first = junk.first_leaf().range();
        let example = keywords::find(block, word).map_or("", |keyword| keyword.example);
        let names = list_of(&blocks);
        self.say(
            Problem::new(Code::E0101, format!("`{word}` is outside any block"), first, "not in a block")
                .help(format!("Write it inside {names}: `{} … {{ {example} }}`.", block.word()))
                .follows(declaration),
        );
    }

    /// A word similar to a keyword of this block, or a keyword without the space after it.
    fn misspelt(&self, junk: &Node, word: &str, block: Block) -> Option<Problem> {
        let at = junk.first_leaf().range();
        if keywords::blocks_with(word).next().is_some() {
            return None;
        }
        let here = || keywords::of_block(block).map(|keyword| keyword.word);
        let glued = here().filter(|known| word.starts_with(known)).max_by_key(|known| known.len());
        let rest = glued.and_then(|glued| word.get(glued.len()..)).unwrap_or_default();
        // `environments:` begins a YAML list; `s:` is not a name
        let glued = glued.filter(|_| rest.trim_end_matches([':', '=']) != "s");
        let more = junk
            .children
            .get(1)
            .is_some_and(|next| !matches!(next.rule, Rule::comma | Rule::any_block) && self.of(next.range()) != ",");
        if let Some(glued) = glued
            .filter(|_| rest.len() > 1 || !more || rest.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty())
        {
            let end = at.0 + glued.len() as u32;
            let name = rest.trim_start_matches(['-', '_', '.']);
            return Some(
                Problem::new(Code::E0101, self.unknown(word, block), at, format!("missing space after `{glued}`"))
                    .help(format!("Write `{glued} {name}`."))
                    .fix("insert a space", (end, end + (rest.len() - name.len()) as u32), " ")
                    .torn(),
            );
        }
        let right = nearest(word, here()).filter(|right| near(word, right))?;
        let problem = Problem::new(Code::E0101, self.unknown(word, block), at, format!("did you mean `{right}`?"))
            .help(format!("Write `{right}`."))
            .fix(format!("write `{right}`"), at, right);
        Some(if is_shifted(self.text, at, right) { problem.torn() } else { problem.repaired() })
    }

    /// Explains a word of another language with its equivalent.
    fn foreign(&mut self, at: TextRange, word: &str, block: Block, habit: Habit) {
        let problem = Problem::new(Code::E0101, self.unknown(word, block), at, "not a promo keyword");
        self.say(match habit {
            Habit::Word(right) => {
                problem.help(format!("Write `{right}`.")).fix(format!("write `{right}`"), at, right).repaired()
            }
            Habit::Said(help) => problem.help(help),
        });
    }

    /// `careful { priority 100 }`, `stage qa { soak 30m }`: the statements of the block show its kind.
    fn lacks_word(&self, junk: &Node, word: &str, block: Block) -> Option<Problem> {
        let body = junk.children.iter().find(|child| child.rule == Rule::any_block)?;
        let head: Vec<&Node> = junk.children.iter().take_while(|child| child.rule != Rule::any_block).collect();
        if !is_word(word) || keywords::find(block, word).is_some() {
            return None;
        }
        let statements = body.children.iter().filter(|child| child.rule == Rule::junk);
        let begins: Vec<&str> = statements.map(|child| self.first_token(child)).collect();
        let fits = |inner: Block| begins.iter().filter(|begin| keywords::find(inner, begin).is_some()).count();
        let blocks = || words::inner_blocks(block).iter().map(|inner| (fits(*inner), inner.word()));
        let (most, right) = blocks().max_by_key(|(fits, _)| *fits).filter(|(fits, _)| fits * 2 > begins.len())?;
        let only = blocks().filter(|(fits, _)| *fits == most).count() == 1;
        if !only || word.starts_with(right) {
            // `policyslow`: the keyword is there
            return None;
        }
        let clauses = keywords::find(block, right).map_or(&[][..], |keyword| keyword.clauses);
        let goes_on = |at: usize| {
            let token = head.get(at).map(|token| self.of(token.range()));
            token.is_none_or(|token| token == "," || clauses.contains(&token))
        };
        let (first, label) = (junk.first_leaf().range(), format!("its block contains `{right}` statements"));
        let head_of = |from: &Node| self.of((from.start, body.start)).trim_end();
        Some(if goes_on(1) {
            Problem::new(Code::E0101, format!("missing keyword before `{word}`"), first, label)
                .help(format!("Write `{right} {} {{`.", head_of(junk)))
                .fix(format!("insert `{right}`"), (first.0, first.0), format!("{right} "))
                .repaired()
        } else if goes_on(2) && !near(word, right) {
            let name = head.get(1).filter(|name| is_word(self.of(name.range())))?;
            let problem = Problem::new(Code::E0101, self.unknown(word, block), first, label)
                .help(format!("Write `{right} {} {{`.", head_of(name)))
                .fix(format!("write `{right}` instead"), first, right);
            let is_habit = Habit::of(block, word) == Some(Habit::Word(right));
            if is_habit { problem.repaired() } else { problem.guessed() }
        } else {
            return None;
        })
    }

    fn unknown(&self, word: &str, block: Block) -> String {
        match block {
            Block::File => format!("`{word}` is not a declaration"),
            _ => format!("`{word}` is not a statement of `{}`", block.word()),
        }
    }

    /// Explains `- promote qa`, an element of a YAML list.
    fn dash(&mut self, junk: &Node, block: Block) -> bool {
        let mut tokens = junk.children.iter();
        let (Some(dash), Some(next)) = (tokens.next(), tokens.next()) else { return false };
        if self.of(dash.range()) != "-" {
            return false;
        }
        let word = self.of(next.first_leaf().range());
        if keywords::find(block, word).is_none() {
            self.say(
                Problem::new(Code::E0101, "unexpected `-` before a list element", dash.range(), "not promo syntax")
                    .help("Write the elements after the keyword, separated by commas: `environment dev, qa`."),
            );
            return true;
        }
        self.say(
            Problem::new(Code::E0101, "unexpected `-` before a statement", dash.range(), "not promo syntax")
                .help("Remove the `-`: a statement starts with its keyword.")
                .fix("remove the `-`", (dash.start, next.start), "")
                .repaired(),
        );
        true
    }

    /// Explains `// a comment`.
    pub(super) fn slashes(&mut self, node: &Node) -> bool {
        let Some(slashes) = node.children.iter().find(|child| child.rule == Rule::slashes) else { return false };
        let at = (slashes.start, slashes.start + 2);
        self.say(
            Problem::new(Code::E0101, "comments start with `#`, not `//`", at, "not promo syntax")
                .help("Write `#` instead of `//`.")
                .fix("write `#`", at, "#")
                .repaired(),
        );
        true
    }

    /// Explains a non-ASCII space, as in text from word processors and web pages.
    pub(super) fn odd_blank(&mut self, node: &Node) -> bool {
        let odd = |character: char| {
            !character.is_ascii() && (character.is_whitespace() || matches!(character, '\u{200B}' | '\u{FEFF}'))
        };
        let at = node.children.iter().filter(|child| child.rule == Rule::bit).find_map(|child| {
            let written = self.of(child.range());
            let offset = written.find(odd)?;
            let run: usize = written.get(offset..)?.chars().take_while(|c| odd(*c)).map(char::len_utf8).sum();
            let start = child.start + offset as u32;
            Some((start, start + run as u32))
        });
        let Some(at) = at else { return false };
        self.say(
            Problem::new(Code::E0101, "unsupported space character", at, "only looks like a space")
                .help("Replace it with a normal space.")
                .fix("write a normal space", at, " ")
                .repaired(),
        );
        true
    }

    /// Explains a block that belongs to no statement.
    fn lone_block(&mut self, open: &Node, before: Option<&Node>) {
        let before = before.filter(|node| !matches!(node.rule, Rule::open | Rule::junk | Rule::extra_close));
        let problem = match before {
            Some(statement) if statement.block().is_none() => {
                let word = self.of(statement.first_leaf().range()).to_string();
                Problem::new(Code::E0101, format!("`{word}` does not take a block"), open.range(), "unexpected block")
                    .help("Remove the block, or move its contents out of the braces.")
            }
            _ => Problem::new(Code::E0101, "missing statement before `{`", open.range(), "unexpected block")
                .help("Write the statement on the same line as its `{`, for example `promote qa {`."),
        };
        self.say(problem);
    }
}

/// A statement that does not belong in this block, with the blocks to which it belongs.
fn elsewhere(word: &str, block: Block, belongs: &[Block], head: TextRange) -> Problem {
    let inside = words::inner_blocks(block).iter().find(|inner| belongs.contains(inner));
    let example = belongs.first().and_then(|first| keywords::find(*first, word)).map_or("", |keyword| keyword.example);
    let names = list_of(belongs);
    let help = match inside {
        Some(inner) => format!("Write it inside a block of the right statement: `{} … {{ {example} }}`.", inner.word()),
        None => format!("Move it into {names}."),
    };
    Problem::new(
        Code::E0109,
        format!("`{word}` is not a statement of `{}`", block.word()),
        head,
        format!("belongs in {names}"),
    )
    .help(help)
}

/// Whether a token looks like a word or a name.
fn is_word(token: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '{' | '}');
    token.starts_with(|c: char| c.is_ascii_alphabetic()) && token.chars().all(inner)
}

fn list_of(blocks: &[Block]) -> String {
    one_of(blocks.iter().map(|block| block.word())).unwrap_or_default()
}
