use super::*;
use crate::diagnostic::Code;
use crate::program::{Files, LoadError, roots};

fn load_all(of: &[(&str, &str)]) -> Analysis {
    load(&files(of), of[0].0).unwrap()
}

#[test]
fn imports_are_relative_to_their_file_and_a_file_counts_once() {
    let analysis = load_all(&[
        (
            "main.promo",
            "import \"lib/deep/a.promo\"\nimport \"lib/b.promo\"\nimport \"./lib/../main.promo\"\nflow main { trigger dev; promote qa }\n",
        ),
        ("lib/deep/a.promo", "import \"c.promo\"\nimport \"../b.promo\"\nenvironment dev\n"),
        ("lib/deep/c.promo", "import \"a.promo\"\n"),
        ("lib/b.promo", "environment qa\n"),
    ]);
    assert_eq!(said(&analysis), Vec::<String>::new());
    let paths: Vec<&str> = analysis.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["main.promo", "lib/deep/a.promo", "lib/deep/c.promo", "lib/b.promo"]);
    let names: Vec<&str> = analysis.program.environments.values().map(|e| e.name.value.as_str()).collect();
    assert_eq!(names, ["qa", "dev"], "what is imported counts before what imports it");
    let imports: Vec<_> = analysis.files[0].imports.iter().map(|import| import.file.map(|id| id.index())).collect();
    assert_eq!(imports, [Some(1), Some(3), Some(0)]);
}

#[test]
fn a_missing_import_gets_a_suggestion_and_hides_consequences() {
    let analysis = load_all(&[
        (
            "lib/main.promo",
            "import \"environmets.promo\"\nimport \"other.promo\"\nenvironment dev\nflow main { trigger dev; promote qa, deev }\n",
        ),
        ("lib/environments.promo", ""),
        ("far/other.promo", ""),
    ]);
    let said = said(&analysis);
    assert_eq!(
        said[..2],
        [
            "E0108: import `environmets.promo` not found\n\
             lib/main.promo:1 `\"environmets.promo\"` did you mean `environments.promo`?\n\
             Write `import \"environments.promo\"`: paths are relative to the importing file.\n\
             write `\"environments.promo\"` [\"environmets.promo\" => \"environments.promo\"]",
            "E0108: import `other.promo` not found\n\
             lib/main.promo:2 `\"other.promo\"` did you mean `../far/other.promo`?\n\
             Write `import \"../far/other.promo\"`: paths are relative to the importing file.\n\
             write `\"../far/other.promo\"` [\"other.promo\" => \"../far/other.promo\"]",
        ]
    );
    assert!(said[2].starts_with("E0201: no environment or group named `deev`"), "{}", said[2]);
    assert_eq!(said.len(), 3);
    assert!(analysis.program.damaged);
}

#[test]
fn an_import_outside_the_root_is_not_read() {
    let analysis = load_all(&[("main.promo", "import \"../up.promo\"\nimport \"/etc/passwd\"\nimport \"\"\n")]);
    let said: Vec<String> =
        said(&analysis).iter().map(|text| text.lines().take(2).collect::<Vec<_>>().join("\n")).collect();
    assert_eq!(
        said,
        [
            "E0108: import `../up.promo` is outside the project root\nmain.promo:1 `\"../up.promo\"` outside the project root",
            "E0108: import `/etc/passwd` is outside the project root\nmain.promo:2 `\"/etc/passwd\"` outside the project root",
            "E0108: empty import path\nmain.promo:3 `\"\"` not found",
        ]
    );
}

struct Broken(LoadError);

impl Files for Broken {
    fn read(&self, path: &str) -> Result<String, LoadError> {
        if path == "main.promo" { Ok("import \"x.promo\"\n".to_owned()) } else { Err(self.0.clone()) }
    }

    fn candidates(&self) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn an_unreadable_import_says_why() {
    let of = |error: LoadError| {
        let diagnostic = load(&Broken(error), "main.promo").unwrap().diagnostics.remove(0);
        (diagnostic.code, diagnostic.message)
    };
    assert_eq!(
        of(LoadError::Unreadable("permission denied".to_owned())),
        (Code::E0108, "cannot read import `x.promo`: permission denied".to_owned())
    );
    assert_eq!(
        of(LoadError::NotText(7)),
        (Code::E0108, "cannot read import `x.promo`: it is not UTF-8 text (byte 7)".to_owned())
    );
    assert_eq!(of(LoadError::TooLarge), (Code::E0106, "import `x.promo` is larger than 4 MiB".to_owned()));
    assert_eq!(of(LoadError::Outside).0, Code::E0108);
}

#[test]
fn loading_fails_only_if_the_root_cannot_be_read() {
    assert_eq!(load(&files(&[]), "main.promo").unwrap_err(), LoadError::Missing);
    assert_eq!(load(&files(&[]), "../main.promo").unwrap_err(), LoadError::Outside);
}

#[test]
fn roots_are_files_that_no_other_imports_and_the_first_of_each_cycle() {
    let memory = files(&[
        ("a.promo", "import \"lib.promo\"\n"),
        ("lib.promo", "import \"deep/x.promo\"\n"),
        ("deep/x.promo", ""),
        ("cycle/b.promo", "import \"c.promo\"\n"),
        ("cycle/c.promo", "import \"b.promo\"\n"),
        ("self.promo", "import \"self.promo\"\n"),
        ("used-cycle/d.promo", "import \"e.promo\"\n"),
        ("used-cycle/e.promo", "import \"d.promo\"\n"),
        ("z.promo", "import \"used-cycle/e.promo\"\nimport \"missing.promo\"\n"),
    ]);
    let mut all: Vec<String> = memory.0.keys().cloned().collect();
    all.push("unreadable.promo".to_owned());
    assert_eq!(roots(&memory, &all), ["a.promo", "cycle/b.promo", "self.promo", "z.promo", "unreadable.promo"]);
    let some = ["lib.promo".to_owned(), "deep/x.promo".to_owned()];
    assert_eq!(roots(&memory, &some), ["lib.promo"]);
}
