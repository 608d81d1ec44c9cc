//! The blobs that a release copies: found in any of the repositories that it uses, and copied only where they are missing.
//!
//! INVARIANT: blobs are only read here. A repository that is written has its objects in itself, so what it lacks is copied
//! into it; to write with another one as its alternate would leave them out.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use git2::{ObjectType, Odb, Oid, Repository};

use super::compact;
use super::shared::Shared;
use super::written::written;

/// Larger blobs are copied one by one, as a stream where that is possible.
const LARGE: usize = 1024 * 1024;
/// From this many blobs on, one pack is faster than a synced file for each.
const MANY: usize = 8;

type BlobResult<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The objects of several repositories, to read blobs from.
#[derive(Clone)]
pub(crate) struct Blobs(Option<Arc<Mutex<Repository>>>);

impl Default for Blobs {
    fn default() -> Blobs {
        let empty = Odb::new().and_then(Repository::from_odb);
        Blobs(empty.ok().map(|empty| Arc::new(Mutex::new(empty))))
    }
}

impl Blobs {
    /// Reads from this directory of objects too.
    pub(crate) fn add(&self, objects: &Path) {
        if let (Ok(all), Some(path)) = (self.all(), objects.to_str()) {
            // What is not found there is reported when it is needed.
            drop(all.odb().and_then(|odb| odb.add_disk_alternate(path)));
        }
    }

    fn all(&self) -> BlobResult<MutexGuard<'_, Repository>> {
        let all = self.0.as_ref().ok_or("no object can be read")?;
        Ok(all.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn read(&self, id: Oid) -> BlobResult<Vec<u8>> {
        Ok(self.all()?.odb()?.read(id)?.data().to_vec())
    }

    pub(super) fn size(&self, id: Oid) -> BlobResult<usize> {
        Ok(self.all()?.odb()?.read_header(id)?.0)
    }

    /// Copies a blob to a repository that lacks it, without holding it more than once.
    pub(super) fn copy(&self, id: Oid, to: &Repository) -> BlobResult<()> {
        let to = to.odb()?;
        if to.exists(id) {
            return Ok(());
        }
        let all = self.all()?;
        let from = all.odb()?;
        let copied = written(|| -> BlobResult<Oid> {
            Ok(match from.reader(id) {
                Ok((mut reader, size, kind)) => {
                    let mut writer = to.writer(size, kind)?;
                    // It only says that it failed.
                    std::io::copy(&mut reader, &mut writer).map_err(|_| git2::Error::last_error(-1))?;
                    writer.finalize()?
                }
                // An object in a pack cannot be streamed.
                Err(_) => to.write(ObjectType::Blob, from.read(id)?.data())?,
            })
        })?;
        if copied == id { Ok(()) } else { Err(format!("the object `{id}` is damaged").into()) }
    }

    /// Copies the blobs that a repository lacks. What goes into a pack is shared already; other new files are loose objects.
    pub(super) fn copy_all(&self, ids: &[Oid], to: &Repository, shared: Option<Shared>) -> BlobResult<()> {
        let odb = to.odb()?;
        let mut small = Vec::new();
        for id in ids.iter().filter(|id| !odb.exists(**id)) {
            if self.size(*id)? >= LARGE {
                self.copy(*id, to)?;
            } else {
                small.push(*id);
            }
        }
        if small.len() < MANY {
            return small.iter().try_for_each(|id| self.copy(*id, to));
        }
        let all = self.all()?;
        let mut builder = all.packbuilder()?;
        small.iter().try_for_each(|id| builder.insert_object(*id, None))?;
        compact::install(&mut builder, to.commondir(), shared)?;
        odb.refresh()?;
        Ok(())
    }
}
