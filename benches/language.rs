//! How fast programs are parsed, checked, and formatted, and how the time grows with their size.
//!
//! Run with `cargo bench --bench language`; `… -- write FOLDER` writes the generated programs instead, and
//! `… -- processes` runs only the last part. For each job, this prints lines per second and the exponent of growth
//! between the smallest and the largest program: 1.0 is linear. Then it compares whole processes on the same flows:
//! `promoc check`, `ajv` (`npm install ajv-cli@5`), and `check-jsonschema` (`pip install check-jsonschema`), if they
//! are on PATH.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark prints, reads the clock, and fails by panicking"
)]

mod generate;
mod planted;

use std::path::Path;
use std::process::{Command, Stdio};
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
    if arguments.iter().all(|argument| argument != "processes") {
        in_process();
    }
    processes();
}

/// Prints the growth of each job.
fn in_process() {
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
}

/// Measures processes: a small flow, a large one, a folder with a thousand small ones, and the planted mistakes.
fn processes() {
    let folder = tempfile::tempdir().expect("a folder");
    write_all(folder.path());
    let promoc = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_promoc"));
        command.arg("check");
        command
    };
    let ajv = || {
        let mut command = Command::new("ajv");
        command.args(["validate", "--strict=false", "-s", "schema.json", "-d"]);
        command
    };
    let check_jsonschema = || {
        let mut command = Command::new("check-jsonschema");
        command.args(["--schemafile", "schema.json"]);
        command
    };
    type Tool<'a> = (&'a str, &'a dyn Fn() -> Command, &'a str, &'a str);
    let tools: [Tool<'_>; 3] = [
        ("promoc", &promoc, "promo", "many"),
        ("ajv", &ajv, "yaml", "many-yaml/*.yaml"),
        ("check-jsonschema", &check_jsonschema, "yaml", "many-yaml"),
    ];
    println!("\nwhole processes, the shortest of several runs");
    for (tool, command, ending, many) in tools {
        let run = |arguments: &[String], times: usize| -> Option<(Duration, bool)> {
            let one = || {
                let mut command = command();
                command.args(arguments).current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
                let start = Instant::now();
                let ended = command.status().ok()?;
                Some((start.elapsed(), ended.success()))
            };
            (0..times).map_while(|_| one()).min()
        };
        if run(&["--version".to_owned()], 1).is_none() {
            println!("  {tool}: not on PATH");
            continue;
        }
        let many = match ending {
            "yaml" if tool != "ajv" => (0..1_000).map(|number| format!("{many}/flow-{number}.yaml")).collect(),
            _ => vec![many.to_owned()],
        };
        let jobs = [
            ("a flow of 50 targets", vec![format!("flow-50.{ending}")], 10),
            ("a flow of 2,000 targets", vec![format!("flow-2000.{ending}")], 10),
            ("1,000 flows of 50 targets", many, if tool == "check-jsonschema" { 1 } else { 5 }),
        ];
        for (what, arguments, times) in jobs {
            let Some((took, right)) = run(&arguments, times) else { continue };
            assert!(right, "{tool} accepts {what}");
            println!("  {tool:>16}  {what:<26} {:>9.1} ms", took.as_secs_f64() * 1e3);
        }
        let passed_over = planted::PLANTED.iter().filter(|planted| {
            let (whole, (right, wrong)) =
                if ending == "yaml" { (planted::YAML, planted.yaml) } else { (planted::PROMO, planted.promo) };
            let name = format!("planted.{ending}");
            std::fs::write(folder.path().join(&name), whole.replace(right, wrong)).expect("a file");
            run(&[name], 1).is_some_and(|(_, right)| right)
        });
        let passed_over: Vec<&str> = passed_over.map(|planted| planted.what).collect();
        let all = planted::PLANTED.len();
        println!("  {tool:>16}  planted mistakes found     {:>6} of {all}", all - passed_over.len());
        if !passed_over.is_empty() {
            println!("  {:>16}  and not: {}", "", passed_over.join("; "));
        }
    }
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

/// The shortest time of several runs.
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

/// The slope of the line of best fit.
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
    TARGETS.iter().for_each(|targets| write(format!("flow-{targets}.yaml"), generate::yaml(*targets)));
    write("schema.json".to_owned(), generate::SCHEMA.to_owned());
    for (many, ending, text) in [("many", "promo", generate::flow(50)), ("many-yaml", "yaml", generate::yaml(50))] {
        std::fs::create_dir_all(folder.join(many)).expect("a folder");
        (0..1_000).for_each(|number| write(format!("{many}/flow-{number}.{ending}"), text.clone()));
    }
}
