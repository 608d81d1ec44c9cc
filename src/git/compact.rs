//! Packs the loose objects and refs of a [`Database`](super::Database), as `git gc` would, without removing anything that
//! is not in a pack.
//!
//! At each moment, everything is in at least one place: an object leaves its file once the pack is on disk, and a ref once
//! `packed-refs` is. Readers look at the files first and at the packs afterwards, as git does. Whether an object can be
//! reached is not asked, so nothing that a writer is about to use can be lost. Unused objects are in the pack too, until
//! the next `git gc` removes them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use git2::{Oid, PackBuilder, Repository};

use super::lock::{self, FileLock, Living};
use super::references;
use super::shared::Shared;

/// Larger loose objects stay as they are: to pack them takes memory and saves nothing.
const LARGEST: u64 = 1024 * 1024;
/// The first line of `packed-refs`, as git writes it. A file with fewer traits is left to git.
const HEADER: &str = "# pack-refs with: peeled fully-peeled sorted ";

/// Packs every loose object, and every loose ref below a prefix such as `refs/promo/releases/`, unless another process is
/// packing refs.
///
/// # Errors
/// If something cannot be written. Then everything is still there, packed or not.
pub(super) fn compact(
    repository: &Repository,
    prefix: &str,
    shared: Option<Shared>,
) -> Result<(), Box<dyn std::error::Error>> {
    let directory = repository.commondir();
    // Held for all of it, so two processes never pack the same.
    let Some(lock) = FileLock::take(directory, &directory.join("packed-refs"))? else { return Ok(()) };
    pack_objects(repository, shared)?;
    for (name, id) in pack_refs(directory, prefix, lock, shared)? {
        remove_loose(directory, &name, id);
    }
    Ok(())
}

fn pack_objects(repository: &Repository, shared: Option<Shared>) -> Result<(), Box<dyn std::error::Error>> {
    let objects = repository.commondir().join("objects");
    let loose = loose_objects(&objects)?;
    if loose.is_empty() {
        return Ok(());
    }
    let mut builder = repository.packbuilder()?;
    for id in loose.keys() {
        builder.insert_object(*id, None)?;
    }
    install(&mut builder, repository.commondir(), shared)?;
    for path in loose.values() {
        drop(fs::remove_file(path));
    }
    Ok(())
}

/// Writes a pack into the repository in `directory`. It is on disk, whole and shared, before it has its name. What a kill leaves of it
/// is cleared as a lock is.
pub(super) fn install(
    builder: &mut PackBuilder<'_>,
    directory: &Path,
    shared: Option<Shared>,
) -> Result<(), Box<dyn std::error::Error>> {
    let packs = packs(directory);
    fs::create_dir_all(&packs)?;
    let living = Living::begin(directory)?;
    let unfinished = packs.join(living.name());
    fs::create_dir(&unfinished)?;
    let installed = fill(builder, &unfinished, &packs, shared);
    finish(directory, living.name())?;
    installed
}

fn packs(directory: &Path) -> PathBuf {
    directory.join("objects").join("pack")
}

fn fill(
    builder: &mut PackBuilder<'_>,
    unfinished: &Path,
    packs: &Path,
    shared: Option<Shared>,
) -> Result<(), Box<dyn std::error::Error>> {
    builder.write(unfinished, 0o444)?;
    let name = builder.name()?.ok_or("the pack has no name")?.to_owned();
    // The index makes the pack count, so it comes last.
    let files = ["pack", "idx"].map(|ending| format!("pack-{name}.{ending}"));
    if let (Some(shared), Some(objects)) = (shared, packs.parent()) {
        shared.apply_all(objects, &files.each_ref().map(|file| unfinished.join(file)));
    }
    for file in &files {
        lock::sync_path(&unfinished.join(file))?;
    }
    for file in &files {
        fs::rename(unfinished.join(file), packs.join(file))?;
    }
    lock::sync_path(packs)?;
    if let Some(objects) = packs.parent() {
        lock::sync_path(objects)?;
    }
    Ok(())
}

/// Ends what a process was doing to packs under a name: a pack whose index alone is missing is whole, and gets it. Anything
/// else is removed.
///
/// # Errors
/// If something cannot be removed.
pub(super) fn finish(directory: &Path, name: &str) -> io::Result<()> {
    let packs = packs(directory);
    let unfinished = packs.join(name);
    let files = match fs::read_dir(&unfinished) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        files => files?,
    };
    for file in files.flatten().map(|file| file.path()).filter(|path| path.extension().is_some_and(|it| it == "idx")) {
        let pack = file.with_extension("pack");
        if let (Some(index), Some(name)) = (file.file_name(), pack.file_name())
            && !pack.exists()
            && packs.join(name).exists()
        {
            fs::rename(&file, packs.join(index))?;
            lock::sync_path(&packs)?;
        }
    }
    fs::remove_dir_all(&unfinished)
}

/// The loose objects with their files.
fn loose_objects(objects: &Path) -> io::Result<BTreeMap<Oid, PathBuf>> {
    let mut found = BTreeMap::new();
    for above in fs::read_dir(objects)?.flatten() {
        let first = above.file_name().to_string_lossy().into_owned();
        if first.len() != 2 {
            continue;
        }
        for file in fs::read_dir(above.path())?.flatten() {
            let name = format!("{first}{}", file.file_name().to_string_lossy());
            if let Ok(id) = Oid::from_str(&name)
                && name.len() == 40
                && file.metadata().is_ok_and(|file| file.len() <= LARGEST)
            {
                found.insert(id, file.path());
            }
        }
    }
    Ok(found)
}

/// Adds the loose refs to `packed-refs`, which `lock` locks. Returns them.
fn pack_refs(
    directory: &Path,
    prefix: &str,
    lock: FileLock,
    shared: Option<Shared>,
) -> Result<BTreeMap<String, Oid>, Box<dyn std::error::Error>> {
    let loose = references::loose(directory, prefix)?;
    let text = match fs::read_to_string(directory.join("packed-refs")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => HEADER.to_owned(),
        text => text?,
    };
    let (header, body) = text.split_once('\n').unwrap_or((&text, ""));
    if loose.is_empty() || HEADER.split_whitespace().any(|word| !header.split_whitespace().any(|known| known == word)) {
        return Ok(BTreeMap::new());
    }
    // The line of each ref, with the line of what its tag leads to.
    let mut refs: BTreeMap<String, String> = BTreeMap::new();
    let mut last = String::new();
    for line in body.lines() {
        match line.split_once(' ') {
            Some((_, name)) => {
                name.clone_into(&mut last);
                refs.insert(last.clone(), format!("{line}\n"));
            }
            None => refs.entry(last.clone()).or_default().push_str(&format!("{line}\n")),
        }
    }
    refs.extend(loose.iter().map(|(name, id)| (name.clone(), format!("{id} {name}\n"))));
    let lines: String = refs.into_values().collect();
    if let Some(shared) = shared {
        shared.apply_all(directory, &[lock::lock_of(&directory.join("packed-refs"))]);
    }
    lock.replace(format!("{HEADER}\n{lines}").as_bytes(), true)?;
    Ok(loose)
}

/// Removes the file of a packed ref, unless it has another value by now or somebody is changing it.
fn remove_loose(directory: &Path, name: &str, id: Oid) {
    let target = directory.join(name);
    let Ok(Some(lock)) = FileLock::take(directory, &target) else { return };
    if fs::read_to_string(&target).is_ok_and(|text| text.trim_end() == id.to_string()) {
        drop(fs::remove_file(&target));
    }
    drop(lock);
}
