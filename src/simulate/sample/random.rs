//! Random numbers of one run: SplitMix64 (Steele, Lea and Flood, 2014), seeded from the seed and the number of the run.
//!
//! INVARIANT: only integers, and no state between runs, so a run has the same numbers on every machine and thread.

#[derive(Clone, Copy, Debug)]
pub(super) struct Random {
    state: u64,
}

/// The odd number nearest to 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Random {
    pub(super) fn new(seed: u64, run: u64) -> Random {
        Random { state: mix(seed.wrapping_add(GOLDEN)) ^ mix(run.wrapping_mul(GOLDEN).wrapping_add(1)) }
    }

    /// A uniform number of 64 bits.
    pub(super) fn any(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// A uniform number below `count`, as far as 64 bits allow.
    pub(super) fn below(&mut self, count: u64) -> u64 {
        ((u128::from(self.any()) * u128::from(count)) >> 64) as u64
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_generator() {
        // The test vectors of the reference implementation, with the seed 1234567.
        let mut random = Random { state: 1_234_567 };
        assert_eq!(random.any(), 6_457_827_717_110_365_317);
        assert_eq!(random.any(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn runs_have_numbers_of_their_own() {
        let first: Vec<u64> = (0..1000).map(|run| Random::new(7, run).any()).collect();
        let mut once = first.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), 1000);
        assert!(first.iter().all(|number| Random { state: 0 }.below(10) < 10 && *number > 0));
    }
}
