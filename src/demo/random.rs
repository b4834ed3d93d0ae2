//! Tokens and keys nobody has seen before.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// A source of random text. Loopback tokens need to be different, not unguessable, so the seed of the standard
/// library's hash maps is enough and no further crate is needed.
#[derive(Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// Seeded by the system.
    pub(super) fn from_system() -> Self {
        Self { state: RandomState::new().build_hasher().finish() }
    }

    /// The next 64 bits (`SplitMix64`).
    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Text of the alphabet of refresh tokens.
    pub(super) fn text(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut text = String::with_capacity(length);
        for _ in 0..length {
            let low = self.bits().to_le_bytes()[0] & 63;
            text.push(char::from(ALPHABET[usize::from(low)]));
        }
        text
    }

    /// A version 4 UUID.
    pub(super) fn uuid(&mut self) -> String {
        let (high, low) = (self.bits(), self.bits());
        let high = (high & !0xF000) | 0x4000;
        let low = (low & (u64::MAX >> 2)) | (1 << 63);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xFFFF,
            high & 0xFFFF,
            low >> 48,
            low & 0xFFFF_FFFF_FFFF
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_of_version_four_and_differ() {
        let mut random = Random { state: 1 };
        let (one, two) = (random.uuid(), random.uuid());
        assert_ne!(one, two);
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&one.as_bytes()[19]), "{one}");
    }
}
