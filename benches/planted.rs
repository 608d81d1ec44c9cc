//! Twelve common mistakes in a flow, each planted in a correct one, in two forms: as a program, and as YAML. A schema
//! with a pattern or an enumeration for every value finds six of them; the other six need meaning.

/// A mistake, as the replacement of a text that appears once in the correct flow.
pub struct Planted {
    /// A description of the mistake.
    pub what: &'static str,
    /// The diagnostic that must report it.
    #[allow(dead_code, reason = "only the test reads it")]
    pub code: &'static str,
    /// The text in the program, and its replacement.
    pub promo: (&'static str, &'static str),
    /// The text in the YAML, and its replacement.
    pub yaml: (&'static str, &'static str),
}

const fn planted(
    what: &'static str,
    code: &'static str,
    promo: (&'static str, &'static str),
    yaml: (&'static str, &'static str),
) -> Planted {
    Planted { what, code, promo, yaml }
}

/// The correct flow as a program.
pub const PROMO: &str = r#"environment dev, qa, prod

workflow smoke-tests { takes 1m }

product shop {
  repo "https://git.example.com/acme/deploy.git"
  copy "values.yaml" at $.image.tag
  application shop-{environment} in dev, qa, prod { path "envs/{environment}" }
  flow ship
}

flow ship {
  timeout 24h
  trigger dev
  promote qa after dev { post-action smoke-tests }
  promote prod after qa { action pull-request }
}
"#;

/// The correct flow as YAML, for `generate::SCHEMA`.
pub const YAML: &str = r#"environments:
  - name: dev
  - name: qa
  - name: prod
workflows:
  - name: smoke-tests
    takes: 1m
products:
  - name: shop
    repo: https://git.example.com/acme/deploy.git
    copy:
      - file: values.yaml
        at: [$.image.tag]
    applications:
      - name: shop-{environment}
        path: envs/{environment}
        in: [dev, qa, prod]
    flows: [ship]
flows:
  - name: ship
    timeout: 24h
    trigger: dev
    steps:
      - promote: [qa]
        after: [dev]
        postAction: smoke-tests
      - promote: [prod]
        after: [qa]
        action: pull-request
"#;

pub const PLANTED: [Planted; 12] = [
    planted("a key is misspelled", "E0101", ("timeout 24h", "timeot 24h"), ("timeout: 24h", "timeot: 24h")),
    planted("a key is missing", "E0101", ("  trigger dev\n", "  trigger\n"), ("    trigger: dev\n", "")),
    planted("a value has the wrong type", "E0104", ("timeout 24h", "timeout soon"), ("timeout: 24h", "timeout: [24h]")),
    planted(
        "a key appears twice",
        "E0107",
        ("timeout 24h", "timeout 24h; timeout 12h"),
        ("timeout: 24h", "timeout: 24h\n    timeout: 12h"),
    ),
    planted("a cycle", "E0301", ("qa after dev", "qa after prod"), ("after: [dev]", "after: [prod]")),
    planted("an unknown dependency", "E0201", ("qa after dev", "qa after dve"), ("after: [dev]", "after: [dve]")),
    planted(
        "an environment is promoted twice",
        "E0302",
        ("promote prod after", "promote prod, qa after"),
        ("promote: [prod]", "promote: [prod, qa]"),
    ),
    planted("it waits for itself", "E0301", ("qa after dev", "qa after qa"), ("after: [dev]", "after: [qa]")),
    planted("the trigger is promoted", "E0302", ("promote qa", "promote dev"), ("promote: [qa]", "promote: [dev]")),
    planted(
        "an action is misspelled",
        "E0101",
        ("action pull-request", "action pull-reqest"),
        ("action: pull-request", "action: pull-reqest"),
    ),
    planted(
        "an unknown workflow",
        "E0201",
        ("post-action smoke-tests", "post-action smok-tests"),
        ("postAction: smoke-tests", "postAction: smok-tests"),
    ),
    planted("a negative timeout", "E0104", ("timeout 24h", "timeout -24h"), ("timeout: 24h", "timeout: -24h")),
];
