//! Generates programs of any size for the benchmarks: correct ones in the canonical layout, and hostile ones.
//!
//! The same numbers give the same bytes.

use std::fmt::Write;

/// A program with about `lines` lines: independent teams that each use every part of the language.
pub fn program(lines: usize) -> String {
    let mut out = String::new();
    (0..lines.div_ceil(TEAM_LINES).max(1)).for_each(|number| team(&mut out, number));
    out.truncate(out.trim_end().len() + 1);
    out
}

/// The number of lines that one team adds.
const TEAM_LINES: usize = 49;

fn team(out: &mut String, n: usize) {
    let _ = write!(
        out,
        r#"# Team {n}
environment dev-{n}, qa-{n}, load-{n}, staging-{n}
environment eu-{n}, us-{n}, asia-{n} {{ kind production }}
group regions-{n} = eu-{n}, us-{n}, asia-{n}

workflow smoke-{n} {{
  needs APP_NAME, BASE_URL = "http://localhost"
  image "curlimages/curl:8.10.1"
  run """
    curl --fail "$BASE_URL/healthz"
    """
  timeout 10m
  takes 2m..5m
}}

policy guard-{n} {{
  for product shop-{n}
  for environment regions-{n}
  window office-{n}
  soak 10m
}}

window office-{n} {{
  timezone "Europe/London"
  open mon..fri 09:00..17:00
}}

product shop-{n} {{
  version from "Chart.yaml" at $.appVersion
  copy "values.yaml" at $.image.tag
  repo "https://git.example.com/team-{n}/deploy.git"
  branch main
  application shop-{n}-{{environment}} in dev-{n}, qa-{n}, load-{n}, staging-{n}, regions-{n} {{
    path "envs/{{environment}}"
  }}
  flow ship-{n}
}}

flow ship-{n} {{
  timeout 72h
  trigger dev-{n} {{ post-action smoke-{n} }}
  promote qa-{n}, load-{n} after dev-{n} {{ post-action smoke-{n} }}
  promote staging-{n} after qa-{n}, load-{n}
  promote regions-{n} after staging-{n} {{
    approval release-managers
    post-action smoke-{n}
  }}
}}

"#
    );
}

/// A flow with this many targets, ten side by side. Each of them needs two of the ten before it.
pub fn flow(targets: usize) -> String {
    let mut out = String::from("environment dev");
    for n in 0..targets {
        let _ = write!(out, ",\n    e{n}");
    }
    out.push_str(
        "\n\nworkflow smoke-tests {\n  needs APP_NAME\n  takes 10s\n}\n\npolicy all { post-action smoke-tests }\n\n\
         product shop {\n  repo \"https://git.example.com/acme/deploy.git\"\n  copy \"values.yaml\" at $.image.tag\n  \
         application shop-{environment} in dev",
    );
    for n in 0..targets {
        let _ = write!(out, ",\n      e{n}");
    }
    out.push_str(
        " {\n    path \"envs/{environment}\"\n  }\n  flow ship\n}\n\nflow ship {\n  timeout 90d\n  trigger dev\n",
    );
    for n in 0..targets {
        let _ = match n {
            0..10 => writeln!(out, "  promote e{n} after dev"),
            _ => {
                let (row, column) = (n / 10 - 1, n % 10);
                writeln!(
                    out,
                    "  promote e{n} after e{}, e{} {{ soak 1m }}",
                    row * 10 + column,
                    row * 10 + (column + 1) % 10
                )
            }
        };
    }
    out.push_str("}\n");
    out
}

/// The same flow in YAML, as a user without promoc would write it.
pub fn yaml(targets: usize) -> String {
    let mut out = String::from("environments:\n  - name: dev\n");
    for n in 0..targets {
        let _ = writeln!(out, "  - name: e{n}");
    }
    out.push_str(
        "workflows:\n  - name: smoke-tests\n    needs: [APP_NAME]\n    takes: 10s\npolicies:\n  - name: all\n    \
         postAction: smoke-tests\nproducts:\n  - name: shop\n    repo: https://git.example.com/acme/deploy.git\n    \
         copy:\n      - file: values.yaml\n        at: [$.image.tag]\n    applications:\n      - name: \
         shop-{environment}\n        path: envs/{environment}\n        in:\n          - dev\n",
    );
    for n in 0..targets {
        let _ = writeln!(out, "          - e{n}");
    }
    out.push_str("    flows: [ship]\nflows:\n  - name: ship\n    timeout: 90d\n    trigger: dev\n    steps:\n");
    for n in 0..targets {
        let _ = match n {
            0..10 => writeln!(out, "      - promote: [e{n}]\n        after: [dev]"),
            _ => {
                let (row, column) = (n / 10 - 1, n % 10);
                let (one, other) = (row * 10 + column, row * 10 + (column + 1) % 10);
                writeln!(out, "      - promote: [e{n}]\n        after: [e{one}, e{other}]\n        soak: 1m")
            }
        };
    }
    out
}

/// The JSON Schema for that YAML, with every key, type, and value format that a schema can express.
pub const SCHEMA: &str = r##"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "required": ["environments", "flows"],
  "definitions": {
    "name": { "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" },
    "names": { "type": "array", "items": { "$ref": "#/definitions/name" }, "minItems": 1, "uniqueItems": true },
    "duration": { "type": "string", "pattern": "^([0-9]+[smhd])+$" }
  },
  "properties": {
    "environments": {
      "type": "array",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["name"],
        "properties": { "name": { "$ref": "#/definitions/name" }, "kind": { "enum": ["production", "non-production"] } }
      }
    },
    "workflows": {
      "type": "array",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["name"],
        "properties": {
          "name": { "$ref": "#/definitions/name" },
          "needs": { "type": "array", "items": { "type": "string" } },
          "takes": { "$ref": "#/definitions/duration" },
          "timeout": { "$ref": "#/definitions/duration" }
        }
      }
    },
    "policies": {
      "type": "array",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["name"],
        "properties": {
          "name": { "$ref": "#/definitions/name" },
          "postAction": { "type": "string" },
          "action": { "enum": ["commit", "pull-request", "none"] },
          "soak": { "$ref": "#/definitions/duration" }
        }
      }
    },
    "products": {
      "type": "array",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "repo", "flows"],
        "properties": {
          "name": { "$ref": "#/definitions/name" },
          "repo": { "type": "string" },
          "copy": {
            "type": "array",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": ["file"],
              "properties": { "file": { "type": "string" }, "at": { "type": "array", "items": { "type": "string", "pattern": "^\\$" } } }
            }
          },
          "applications": {
            "type": "array",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": ["name", "path", "in"],
              "properties": { "name": { "type": "string" }, "path": { "type": "string" }, "in": { "$ref": "#/definitions/names" } }
            }
          },
          "flows": { "$ref": "#/definitions/names" }
        }
      }
    },
    "flows": {
      "type": "array",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "trigger", "steps"],
        "properties": {
          "name": { "$ref": "#/definitions/name" },
          "timeout": { "$ref": "#/definitions/duration" },
          "trigger": { "$ref": "#/definitions/name" },
          "steps": {
            "type": "array",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": ["promote"],
              "properties": {
                "promote": { "$ref": "#/definitions/names" },
                "after": { "$ref": "#/definitions/names" },
                "action": { "enum": ["commit", "pull-request", "none"] },
                "postAction": { "type": "string" },
                "soak": { "$ref": "#/definitions/duration" }
              }
            }
          }
        }
      }
    }
  }
}
"##;

/// A name, and a function from a size in bytes to a text of about that size.
pub type Hostile = (&'static str, fn(usize) -> String);

/// Programs that stress one part of the language each, with about the given number of statements.
pub const HOSTILE: &[Hostile] = &[
    ("groups of groups", groups),
    ("unknown names", unknown),
    ("unknown statements", junk),
    ("an `after` with the first and the last", far),
    ("a cycle of environments with short cuts", ring),
    ("policies for everything", policies),
    ("declared and never used", unused),
];

/// A chain of groups, each with the previous group and one more environment.
pub fn groups(count: usize) -> String {
    let mut out = String::from("environment e0\ngroup g0 = e0\n");
    for n in 1..count {
        let _ = writeln!(out, "environment e{n}\ngroup g{n} = g{}, e{n}", n - 1);
    }
    out
}

fn unknown(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|n| format!("x{n}a")).collect();
    format!("environment dev\nflow f {{\n  trigger dev\n  promote {}\n}}\n", names.join(", "))
}

fn junk(count: usize) -> String {
    "word {\n".repeat(count / 64).lines().map(|line| format!("{line} }}\nother = 1\n")).collect::<String>().repeat(32)
}

fn names(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|n| format!("e{n}")).collect();
    format!("environment {}\n", names.join(", "))
}

fn far(count: usize) -> String {
    let mut out = names(count) + "flow f {\n  trigger e0\n  promote e1\n";
    for n in 2..count {
        let _ = writeln!(out, "  promote e{n} after e1, e{}", n - 1);
    }
    out + "}\n"
}

fn ring(count: usize) -> String {
    let mut out = names(count + 1) + "flow f {\n  trigger e0\n";
    for n in 1..=count {
        let before = if n == 1 { count } else { n - 1 };
        let _ = writeln!(out, "  promote e{n} after e{before}, e{}", (n + count / 2) % count + 1);
    }
    out + "}\n"
}

fn policies(count: usize) -> String {
    let mut out = flow(count.isqrt());
    for n in 0..count.isqrt() * 4 {
        let _ = writeln!(out, "policy p{n} {{ soak {n}m }}");
    }
    out
}

fn unused(count: usize) -> String {
    let mut out = flow(10);
    for n in 0..count {
        let _ = writeln!(out, "workflow w{n} {{ needs X{n}; gives Y{n} }}");
    }
    out + "flow bad { trigger dve; promote qaa! }\n"
}
