//! How much memory a run may use where nobody says: half of what is free, on the machine and in the container it runs in.

use std::fs;

/// Bytes for the rows where `sums` more are needed for their sums; without bound where the system does not say.
pub(super) fn half_of_free(sums: usize) -> usize {
    let free = [on_machine(), in_group("memory.max", "memory.current"), in_group_v1()].into_iter().flatten().min();
    free.map_or(usize::MAX, |free| (free / 2).saturating_sub(sums))
}

/// What the kernel could hand out without swapping.
fn on_machine() -> Option<usize> {
    let meminfo = fs::read_to_string("/proc/meminfo").ok()?;
    let available = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    available.trim().trim_end_matches("kB").trim().parse::<usize>().ok().map(|kilobytes| kilobytes * 1024)
}

/// What is left of a container's limit; `None` where there is none.
fn in_group(limit: &str, used: &str) -> Option<usize> {
    let number = |name: &str| fs::read_to_string(format!("/sys/fs/cgroup/{name}")).ok()?.trim().parse::<usize>().ok();
    // Pages of files that were read count as used, and make room when asked to.
    let reclaimable = || {
        let stat = fs::read_to_string(format!("/sys/fs/cgroup/{}", limit.replace("max", "stat"))).ok()?;
        let inactive = stat.lines().find_map(|line| line.strip_prefix("inactive_file "))?;
        inactive.trim().parse::<usize>().ok()
    };
    Some((number(limit)? + reclaimable().unwrap_or(0)).saturating_sub(number(used)?))
}

fn in_group_v1() -> Option<usize> {
    in_group("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes")
}
