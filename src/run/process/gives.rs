//! The values that a script gives, one file each.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::source::plain;

/// The largest value, in bytes.
const LARGEST: u64 = 64 * 1024;

/// Reads the declared values, or says which one is missing or invalid.
pub(super) fn read(directory: &Path, declared: &[String]) -> Result<BTreeMap<String, String>, String> {
    declared.iter().map(|name| Ok((name.clone(), value(&directory.join(name), name)?))).collect()
}

fn value(path: &Path, name: &str) -> Result<String, String> {
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(format!(
                "it declares `gives {name}`, but did not write the value; write it to `$PROMO_GIVES/{name}`"
            ));
        }
        Err(error) => return Err(format!("cannot read the value of `{name}`: {}", plain(&error))),
    };
    // Reading anything else, such as a pipe, could block forever.
    if !metadata.is_file() {
        return Err(format!("`$PROMO_GIVES/{name}` is not a file; write the value to a file of that name"));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot read the value of `{name}`: {}", plain(&error)))?;
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) || metadata.len() > LARGEST + 1 {
        return Err(format!("the value of `{name}` is larger than 64 KiB; give a reference to it instead"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text.to_owned()),
        Ok(_) => Err(format!("the value of `{name}` contains a null character")),
        Err(_) => Err(format!("the value of `{name}` is not UTF-8 text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text_of_bearable_size() {
        let directory = tempfile::tempdir().unwrap();
        let give = |bytes: &[u8]| {
            std::fs::write(directory.path().join("X"), bytes).unwrap();
            read(directory.path(), &["X".to_owned()]).map(|values| values["X"].clone())
        };
        assert_eq!(give(b"a\nb\n\n"), Ok("a\nb\n".to_owned()), "one newline is dropped");
        assert_eq!(give(b""), Ok(String::new()));
        assert_eq!(give(&[b'x'; 65536]).map(|value| value.len()), Ok(65536));
        let mut with_newline = vec![b'x'; 65536];
        with_newline.push(b'\n');
        assert_eq!(give(&with_newline).map(|value| value.len()), Ok(65536));
        assert!(give(&[b'x'; 65537]).unwrap_err().contains("larger than 64 KiB"));
        assert!(give(&[b'x'; 200_000]).unwrap_err().contains("larger than 64 KiB"));
        assert!(give(b"a\0b").unwrap_err().contains("null character"));
        assert!(give(b"\xff").unwrap_err().contains("not UTF-8"));
        let missing = read(directory.path(), &["Y".to_owned()]).unwrap_err();
        assert_eq!(missing, "it declares `gives Y`, but did not write the value; write it to `$PROMO_GIVES/Y`");
        std::fs::create_dir(directory.path().join("D")).unwrap();
        assert!(read(directory.path(), &["D".to_owned()]).unwrap_err().contains("is not a file"));
    }
}
