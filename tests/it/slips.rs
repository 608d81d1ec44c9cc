//! Slips of the finger: one character of an example is deleted, inserted, replaced or swapped. A mistake costs the reader
//! one message; what only follows from it is not reported. Two mistakes cost two: neither hides the other.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use promoc::diagnostic::Diagnostic;
use promoc::program::MemoryFiles;
use promoc::{Analysed, analyse};

/// The number of mutations that are tried.
const SLIPS: usize = 3_200;
/// No slip may cause more messages than this, warnings included.
const MOST: usize = 3;
/// At least this share of the slips that are mistakes must cause exactly one message.
const ONE_OF_1000: usize = 950;
/// The number of pairs of each kind.
const PAIRS: usize = 500;
const SEED: u64 = 13;
/// The number of mistakes that a failure shows.
const SHOWN: usize = 20;

/// What a slip inserts: every character that promo uses, and letters as often as in a program.
const TYPED: &[u8] =
    b"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_.,:;=\"'#${}[]()*/\\|&%@!? \n";

type Program = BTreeMap<String, String>;

struct Example {
    main: String,
    files: Program,
    /// Every character that is not in a comment: its file and place.
    places: Vec<(String, usize)>,
}

/// One changed character.
struct Slip {
    example: usize,
    file: String,
    /// The bytes that are replaced.
    at: std::ops::Range<usize>,
    with: String,
    what: String,
}

impl Slip {
    /// The example with all slips, which are of one example and do not touch.
    fn apply(slips: &[&Slip], examples: &[Example]) -> Program {
        let mut files = slips.first().map_or_else(Program::new, |slip| examples[slip.example].files.clone());
        let mut slips = slips.to_vec();
        slips.sort_by_key(|slip| std::cmp::Reverse(slip.at.start));
        for slip in slips {
            let text = files.get_mut(&slip.file).expect("a file of the example");
            text.replace_range(slip.at.clone(), &slip.with);
        }
        files
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

fn programs_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            programs_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "promo") {
            found.push(path);
        }
    }
}

fn examples() -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut paths = Vec::new();
    programs_below(&folder, &mut paths);
    let example = |main: String, files: Program| {
        let places = files.iter().flat_map(|(name, text)| code(text).into_iter().map(|at| (name.clone(), at)));
        Example { main, places: places.collect(), files }
    };
    let mains = paths.iter().filter(|path| path.ends_with("main.promo"));
    let program = |main: &PathBuf| {
        let home = main.parent().expect("a program has a folder");
        let files = paths.iter().filter_map(|path| {
            let name = path.strip_prefix(home).ok()?.display().to_string();
            Some((name, std::fs::read_to_string(path).expect("a program")))
        });
        example("main.promo".to_owned(), files.collect())
    };
    mains.map(program).collect()
}

/// The offsets of the characters that are not in a comment.
fn code(text: &str) -> Vec<usize> {
    let (mut in_string, mut in_block, mut in_comment) = (false, false, false);
    let mut offsets = Vec::new();
    let mut skip = 0;
    for (at, c) in text.char_indices() {
        if c == '\n' {
            (in_string, in_comment) = (false, false);
        } else if skip > 0 {
            skip -= 1;
        } else if in_comment {
        } else if text[at..].starts_with("\"\"\"") {
            (in_block, skip) = (!in_block, 2);
        } else if c == '"' && !in_block {
            in_string = !in_string;
        } else if c == '#' && !in_string && !in_block {
            in_comment = true;
        }
        if !in_comment {
            offsets.push(at);
        }
    }
    offsets
}

fn slips(examples: &[Example], seed: u64, count: usize) -> Vec<Slip> {
    let mut random = Random(seed);
    let total: usize = examples.iter().map(|example| example.places.len()).sum();
    let slip = |_| {
        let mut place = random.below(total);
        let example = examples.iter().position(|example| {
            let here = place < example.places.len();
            place -= if here { 0 } else { example.places.len() };
            here
        });
        let example = example.expect("a place");
        let (file, at) = &examples[example].places[place];
        let text = &examples[example].files[file];
        let typed = char::from(TYPED[random.below(TYPED.len())]);
        let (before, rest) = text.split_at(*at);
        let mut rest = rest.chars();
        let c = rest.next().expect("a character");
        let (end, with, what) = match random.below(4) {
            0 => (c.len_utf8(), String::new(), format!("without {c:?}")),
            1 => (0, typed.to_string(), format!("with {typed:?}")),
            2 => (c.len_utf8(), typed.to_string(), format!("{typed:?} for {c:?}")),
            _ => {
                let swapped: String = rest.next().into_iter().chain([c]).collect();
                (swapped.len(), swapped.clone(), format!("{swapped:?} swapped"))
            }
        };
        let range = *at..at + end;
        let mut changed = text.clone();
        changed.replace_range(range.clone(), &with);
        let line = before.matches('\n').count();
        let show = |text: &str| text.lines().nth(line).unwrap_or_default().trim().to_owned();
        let what = format!("{file}:{} {what}\n    {}\n    {}", line + 1, show(text), show(&changed));
        Slip { example, file: file.clone(), at: range, with, what }
    };
    (0..count).map(slip).collect()
}

fn said(files: &Program, main: &str) -> Analysed {
    analyse(&MemoryFiles(files.clone()), main).expect("there is a main file")
}

fn words(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().fold(String::new(), |mut out, d| {
        let _ = writeln!(out, "      {} {}", d.code, d.message);
        out
    })
}

/// Calls a function for each number below a bound, on all cores.
fn each(count: usize, work: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(number) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < count) {
                    work(number);
                }
            });
        }
    });
}

#[test]
fn a_slip_of_the_finger_costs_one_message() {
    let examples = examples();
    for example in &examples {
        assert!(said(&example.files, &example.main).diagnostics().is_empty(), "{:?}", example.files.keys());
    }
    let slips = slips(&examples, SEED, SLIPS);
    let costly = Mutex::new(Vec::new());
    let costs: Mutex<BTreeMap<usize, usize>> = Mutex::default();
    each(slips.len(), |number| {
        let slip = &slips[number];
        let after = said(&Slip::apply(&[slip], &examples), &examples[slip.example].main);
        let cost = after.diagnostics().len();
        *costs.lock().expect("no panic").entry(cost).or_default() += 1;
        if cost > 1 {
            let line = format!("{cost} messages: {}\n{}", slip.what, words(after.diagnostics()));
            costly.lock().expect("no panic").push((cost, line));
        }
    });
    let costs = costs.into_inner().expect("no panic");
    let mut costly = costly.into_inner().expect("no panic");
    costly.sort_by(|a, b| b.cmp(a));
    let mistakes: usize = costs.iter().filter(|(cost, _)| **cost > 0).map(|(_, count)| count).sum();
    let one = costs.get(&1).copied().unwrap_or_default();
    let worst: String = costly.iter().take(SHOWN).map(|(_, line)| line.as_str()).collect();
    println!("messages: slips {costs:?}; {one} of {mistakes} mistakes have exactly one\n{worst}");
    assert!(mistakes >= 2_000, "too few mistakes: {costs:?}");
    assert!(costs.keys().all(|cost| *cost <= MOST), "more than {MOST} messages: {costs:?}");
    assert!(one * 1000 >= mistakes * ONE_OF_1000, "{one} of {mistakes} have one message: {costs:?}");
}

/// The start of the top-level declaration in which a place is.
fn declaration(text: &str, at: usize) -> usize {
    let starts = text.match_indices('\n').map(|(at, _)| at + 1).take_while(|start| *start <= at);
    starts.filter(|start| text[*start..].starts_with(|c: char| c.is_ascii_lowercase())).last().unwrap_or(0)
}

/// Where the second of two mistakes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Second {
    OtherDeclaration,
    SameDeclaration,
    NextLine,
}

impl Second {
    fn of(examples: &[Example], first: &Slip, second: &Slip) -> Option<Second> {
        let text = &examples[first.example].files[&first.file];
        if first.file != second.file || declaration(text, first.at.start) != declaration(text, second.at.start) {
            return Some(Second::OtherDeclaration);
        }
        let line = |slip: &Slip| text[..slip.at.start].matches('\n').count();
        match line(first).abs_diff(line(second)) {
            0 => None,
            1 => Some(Second::NextLine),
            _ => Some(Second::SameDeclaration),
        }
    }

    /// How many of 1000 pairs must have both messages. In the other pairs, one mistake tears the line of the other, or
    /// both are in what one of them makes a single statement.
    fn least(self) -> usize {
        match self {
            Second::OtherDeclaration => 985,
            Second::SameDeclaration => 970,
            Second::NextLine => 940,
        }
    }
}

#[test]
fn neither_of_two_slips_hides_the_other() {
    type Said = (promoc::diagnostic::Code, String);
    let examples = examples();
    let slips = slips(&examples, SEED + 1, SLIPS);
    let alone: Vec<Mutex<Option<Said>>> = slips.iter().map(|_| Mutex::default()).collect();
    let diagnostics = |slips: &[&Slip]| said(&Slip::apply(slips, &examples), &examples[slips[0].example].main);
    each(slips.len(), |number| {
        if let [one] = diagnostics(&[&slips[number]]).diagnostics() {
            *alone[number].lock().expect("no panic") = Some((one.code, one.message.clone()));
        }
    });
    let alone = alone.into_iter().map(|one| one.into_inner().expect("no panic"));
    let alone: Vec<(&Slip, Said)> = slips.iter().zip(alone).filter_map(|(slip, said)| Some((slip, said?))).collect();
    let mut random = Random(SEED);
    let mut pairs: BTreeMap<Second, Vec<[&(&Slip, Said); 2]>> = BTreeMap::new();
    while pairs.len() < 3 || pairs.values().any(|pairs| pairs.len() < PAIRS) {
        let [first, second] = [(); 2].map(|()| &alone[random.below(alone.len())]);
        if first.0.example == second.0.example
            && first.1 != second.1
            && let Some(kind) = Second::of(&examples, first.0, second.0)
        {
            let pairs = pairs.entry(kind).or_default();
            pairs.extend(Some([first, second]).filter(|_| pairs.len() < PAIRS));
        }
    }
    for (kind, pairs) in pairs {
        let hidden = Mutex::new(Vec::new());
        each(pairs.len(), |number| {
            let both = pairs[number];
            let after = diagnostics(&both.map(|(slip, _)| *slip));
            let has = |(code, message): &Said| {
                after.diagnostics().iter().any(|one| one.code == *code && one.message == *message)
            };
            if !both.iter().all(|(_, said)| has(said)) {
                let alone: String =
                    both.iter().map(|(slip, (code, said))| format!("{}\n      {code} {said}\n", slip.what)).collect();
                let line = format!("{alone}    together:\n{}", words(after.diagnostics()));
                hidden.lock().expect("no panic").push(line);
            }
        });
        let mut hidden = hidden.into_inner().expect("no panic");
        hidden.sort();
        let both = PAIRS - hidden.len();
        println!("{kind:?}: both of {both} of {PAIRS} pairs are reported");
        let shown = hidden.iter().take(SHOWN).map(String::as_str).collect::<String>();
        assert!(both * 1000 >= PAIRS * kind.least(), "{kind:?}: both of {both} of {PAIRS} pairs\n{shown}");
    }
}

#[test]
fn what_follows_from_a_slip_is_not_reported() {
    let program = |text: &str| -> Vec<String> {
        let files: Program = [("main.promo".to_owned(), text.to_owned())].into();
        let after = said(&files, "main.promo");
        after.diagnostics().iter().map(|one| format!("{} {}", one.code, one.message)).collect()
    };
    for (text, expected) in [
        // a name that is torn is still declared
        (
            "environment dev, sta$ging\nflow main { trigger dev; promote staging }\n",
            vec!["E0101 expected the end of `environment`, found `$ging`"],
        ),
        // but no other name
        (
            "environment dev, sta$ging\nflow main { trigger dev; promote staging; promote devv }\n",
            vec![
                "E0101 expected the end of `environment`, found `$ging`",
                "E0201 no environment or group named `devv`",
            ],
        ),
        // statements after a torn one are read as if it were whole
        (
            "environment dev, qa\nflow main {\n  tri}gger dev\n  promote qq\n  soak 5m\n}\n",
            vec![
                "E0101 `tri}gger` is not a statement of `flow`",
                "E0201 no environment or group named `qq`",
                "E0109 `soak` is not a statement of `flow`",
            ],
        ),
        // the series is one mistake
        (
            "environment dev\nflow main {\n  trigger dev\n  promote s-01\n  promote s-02..s-04 after s-01\n  promote s-05\n}\n",
            vec!["E0201 no environment or group named `s-01`"],
        ),
    ] {
        assert_eq!(program(text), expected, "{text}");
    }
}
