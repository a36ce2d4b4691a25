//! How much memory a run may use by default: half of what is free, on the machine and in its container.

use std::fs;
use std::path::Path;

/// Where a container's limit, its use, and its share of file pages can be read: for the second version of control
/// groups, and for the first.
const GROUPS: [[&str; 3]; 2] = [
    ["memory.max", "memory.current", "memory.stat"],
    ["memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"],
];

/// Bytes for the rows where `sums` more are needed for their sums; unlimited if the system does not say.
pub(super) fn half_of_free(sums: usize) -> usize {
    let groups = GROUPS.iter().map(|names| in_group(Path::new("/sys/fs/cgroup"), *names));
    let free = groups.chain([on_machine(Path::new("/proc/meminfo"))]).flatten().min();
    free.map_or(usize::MAX, |free| (free / 2).saturating_sub(sums))
}

/// What the kernel could hand out without swapping.
fn on_machine(meminfo: &Path) -> Option<usize> {
    let meminfo = fs::read_to_string(meminfo).ok()?;
    let available = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    available.trim().trim_end_matches("kB").trim().parse::<usize>().ok().map(|kilobytes| kilobytes * 1024)
}

/// What is left of a container's limit; `None` where there is none.
fn in_group(group: &Path, [limit, used, stat]: [&str; 3]) -> Option<usize> {
    let number = |name: &str| fs::read_to_string(group.join(name)).ok()?.trim().parse::<usize>().ok();
    // Pages of files that were read count as used, and make room when asked to.
    let reclaimable = || {
        let stat = fs::read_to_string(group.join(stat)).ok()?;
        stat.lines().find_map(|line| line.strip_prefix("inactive_file ")?.trim().parse::<usize>().ok())
    };
    Some(number(limit)?.saturating_add(reclaimable().unwrap_or(0)).saturating_sub(number(used)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_read_from_what_the_kernel_writes() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
        write("meminfo", "MemTotal:       24105600 kB\nMemAvailable:   20000000 kB\n");
        assert_eq!(on_machine(&directory.path().join("meminfo")), Some(20_000_000 * 1024));
        assert_eq!(on_machine(&directory.path().join("missing")), None);

        let left = || in_group(directory.path(), GROUPS[0]);
        assert_eq!(left(), None);
        write("memory.max", "1000000\n");
        write("memory.current", "700000\n");
        assert_eq!(left(), Some(300_000));
        write("memory.stat", "anon 5\ninactive_file 200000\n");
        assert_eq!(left(), Some(500_000));
        write("memory.max", "max\n");
        assert_eq!(left(), None);
    }
}
