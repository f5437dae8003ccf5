//! File systems on which the locks of SQLite cannot be relied on.

use std::io;
use std::path::Path;

/// Refuses a folder that is on another host, or whose file system is a program of its own.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn check_local(folder: &Path) -> io::Result<()> {
    // Some types are narrower than others, and signed on some machines: the lower 32 bits are the name.
    let magic = rustix::fs::statfs(folder)?.f_type as u32;
    match name(magic) {
        None => Ok(()),
        Some(name) => {
            let message =
                format!("it is on {name}, where locks are not reliable; allow_network=true permits it");
            Err(io::Error::other(message))
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn check_local(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// From `linux/magic.h` and the file systems' own sources.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn name(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x0000_6969 => "NFS",
        0x0000_517b | 0xff53_4d42 | 0xfe53_4d42 => "SMB",
        0x0102_1997 => "9p",
        0x6573_5546 => "FUSE",
        0x5346_414f | 0x6b41_4653 => "AFS",
        0x7375_7245 => "Coda",
        0x0000_564c => "NCP",
        0x00c3_6400 => "Ceph",
        0x0bd0_0bd0 => "Lustre",
        0x4750_4653 => "GPFS",
        0x786f_4256 => "a folder shared by VirtualBox",
        0xbacb_acbc => "a folder shared by VMware",
        _ => return None,
    })
}
