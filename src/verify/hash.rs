//! A fast hash of 128 bits, for states.

use std::hash::Hasher;

/// Two lanes of 64 bits. Each folds a product of 128 bits for each word, with constants of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct WideHasher {
    one: u64,
    two: u64,
}

impl WideHasher {
    pub(super) fn new() -> WideHasher {
        WideHasher { one: 0x9e37_79b9_7f4a_7c15, two: 0xc2b2_ae3d_27d4_eb4f }
    }

    /// The whole hash.
    pub(super) fn wide(self) -> u128 {
        let mut last = self;
        last.write_u64(0x1656_67b1_9e37_79f9);
        u128::from(last.one) << 64 | u128::from(last.two)
    }
}

fn fold(one: u64, two: u64) -> u64 {
    let product = u128::from(one).wrapping_mul(u128::from(two));
    (product as u64) ^ (product >> 64) as u64
}

impl Hasher for WideHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.write_usize(bytes.len());
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        // The rotation keeps the order of words, and the sum keeps a lane from staying at zero.
        self.one = fold(self.one ^ word, 0xa076_1d64_78bd_642f).wrapping_add(self.one.rotate_left(23));
        self.two = fold(self.two.wrapping_add(word), 0xe703_7ed1_a0b4_28db) ^ self.two.rotate_left(41);
    }

    fn write_u8(&mut self, word: u8) {
        self.write_u64(word.into());
    }

    fn write_u16(&mut self, word: u16) {
        self.write_u64(word.into());
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(word.into());
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.wide() as u64
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::Hash;

    use super::*;

    fn lanes(value: impl Hash) -> (u64, u64) {
        let mut hasher = WideHasher::new();
        value.hash(&mut hasher);
        ((hasher.wide() >> 64) as u64, hasher.wide() as u64)
    }

    /// Small numbers in many fields, as in states. Each lane alone has no collision either.
    #[test]
    fn neither_lane_collides_and_every_bit_is_used() {
        let (mut ones, mut twos) = (HashSet::new(), HashSet::new());
        let mut bits = [0_usize; 128];
        let count = 1_u32 << 15;
        for number in 0..count {
            let fields = [0, 2, 4, 6, 8, 10, 12, 14].map(|shift| (number >> shift & 3) as u8);
            let (one, two) = lanes(fields.map(|field| (field, Some(field == 0))));
            ones.insert(one);
            twos.insert(two);
            for (bit, set) in bits.iter_mut().enumerate() {
                let lane = if bit < 64 { one } else { two };
                *set += (lane >> (bit % 64) & 1) as usize;
            }
        }
        assert_eq!((ones.len(), twos.len()), (count as usize, count as usize));
        let fair = |set: &usize| set.abs_diff(count as usize / 2) < count as usize / 30;
        assert!(bits.iter().all(fair), "{bits:?}");
        assert_ne!(lanes((1_u8, 2_u8)), lanes((2_u8, 1_u8)));
        assert_ne!(lanes((0_u8, 0_u8)), lanes(0_u8));
    }
}
