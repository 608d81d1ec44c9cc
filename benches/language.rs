//! How fast programs are parsed, checked and formatted, and how that grows.
//!
//! Run with `cargo bench --bench language`; `cargo bench --bench language -- write FOLDER` writes the generated programs
//! instead. Prints, for each job, lines a second and the exponent between the smallest and the largest program: 1.0 is linear.
//! Beside it, what a user of plain YAML has. Those figures were measured elsewhere, on another machine (an ajv that is on
//! PATH is measured here): they tell the order of magnitude.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark prints, reads the clock, and fails by panic"
)]

mod generate;

use std::path::Path;
use std::time::{Duration, Instant};

use promoc::program::MemoryFiles;
use promoc::source::SourceMap;

const SIZES: [usize; 5] = [1_000, 3_000, 10_000, 30_000, 100_000];
const TARGETS: [usize; 4] = [50, 500, 2_000, 8_000];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [write, folder] = arguments.as_slice()
        && write == "write"
    {
        return write_all(Path::new(folder));
    }
    let programs: Vec<String> = SIZES.iter().map(|lines| generate::program(*lines)).collect();
    let flows: Vec<String> = TARGETS.iter().map(|targets| generate::flow(*targets)).collect();
    for (what, job) in JOBS {
        grows(&format!("{what} programs of teams"), &programs, *job);
    }
    for (what, job) in JOBS {
        grows(&format!("{what} one flow"), &flows, *job);
    }
    for (what, make) in generate::HOSTILE {
        let texts: Vec<String> = [2_000, 8_000, 32_000].iter().map(|size| make(*size)).collect();
        grows(&format!("check hostile: {what}"), &texts, check);
    }
    let small = generate::flow(50);
    let took = time(|| (0..1_000).for_each(|_| check(&small)));
    println!("\n1,000 programs of 50 targets, one after the other on one core, without the disk: {took:.0?}");
    for (tool, seconds) in [("ajv-cli 5.0", 0.52), ("check-jsonschema 0.39", 22.0)] {
        println!(
            "  {tool}, 1,000 flows as YAML, measured elsewhere: {seconds} s, {:.1} times as long",
            seconds / took.as_secs_f64()
        );
    }
    let large = generate::flow(2_000);
    let took = time(|| check(&large));
    println!("one flow of 2,000 targets: {took:.1?}");
    println!(
        "  cedar 4.14 validate, 2,000 policies, measured elsewhere: 76 ms, {:.1} times as long",
        0.076 / took.as_secs_f64()
    );
}

type Job = fn(&str);
const JOBS: &[(&str, Job)] = &[("parse", parse), ("check", check), ("format", format)];

fn parse(text: &str) {
    let file = SourceMap::default().add("main.promo", "");
    let parsed = promoc::syntax::parse(file, text);
    std::hint::black_box(parsed);
}

fn check(text: &str) {
    let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
    let analysed = promoc::analyse(&files, "main.promo").expect("there is a main file");
    std::hint::black_box(analysed);
}

fn format(text: &str) {
    std::hint::black_box(promoc::format::format(text));
}

/// The shortest of some runs.
fn time(job: impl Fn()) -> Duration {
    let begun = Instant::now();
    let mut best = Duration::MAX;
    while best == Duration::MAX || begun.elapsed() < Duration::from_millis(500) {
        let start = Instant::now();
        job();
        best = best.min(start.elapsed());
    }
    best
}

fn grows(what: &str, texts: &[String], job: Job) {
    println!("\n{what}");
    let mut points = Vec::new();
    for text in texts {
        let took = time(|| job(text)).as_secs_f64();
        let lines = text.lines().count();
        println!(
            "  {lines:>7} lines, {:>5} KB  {:>9.2} ms  {:>9.0} lines/s",
            text.len() / 1024,
            took * 1e3,
            lines as f64 / took
        );
        points.push(((text.len() as f64).ln(), took.ln()));
    }
    println!("  exponent {:.2}", slope(&points));
}

/// Of the line that is nearest to all points.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let (x, y) = (points.iter().map(|p| p.0).sum::<f64>() / count, points.iter().map(|p| p.1).sum::<f64>() / count);
    let above: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    above / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}

fn write_all(folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder");
    let write = |name: String, text: String| std::fs::write(folder.join(name), text).expect("a file");
    SIZES.iter().for_each(|lines| write(format!("program-{lines}.promo"), generate::program(*lines)));
    TARGETS.iter().for_each(|targets| write(format!("flow-{targets}.promo"), generate::flow(*targets)));
    let many = folder.join("many");
    std::fs::create_dir_all(&many).expect("a folder");
    (0..1_000).for_each(|number| {
        std::fs::write(many.join(format!("flow-{number}.promo")), generate::flow(50)).expect("a file");
    });
}
