//! Tests of a test binary, in the time zones of other hosts.

use std::process::Command;

/// Zones before, at and after UTC.
const ZONES: [&str; 3] = ["UTC", "America/Los_Angeles", "Asia/Shanghai"];

/// Runs the tests of this binary whose name begins so in a process of their own for each zone: a process reads its zone once.
pub fn tests_pass_in_every_zone(first: &str) {
    let binary = std::env::current_exe().expect("the path of this binary");
    for zone in ZONES {
        let output = Command::new(&binary).args([first, "--show-output"]).env("TZ", zone).output().expect("a process");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "in {zone}:\n{told}");
        assert!(!told.contains("running 0 tests"), "no test is called {first}");
        // What they skip is skipped here too, and must be told.
        String::from_utf8_lossy(&output.stderr)
            .lines()
            .chain(told.lines())
            .filter(|line| line.starts_with("skipped:"))
            .for_each(|line| eprintln!("{line}"));
    }
}
