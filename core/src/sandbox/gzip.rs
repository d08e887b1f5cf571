//! A gzip bomb, assembled by hand.
//!
//! Its one block has a code in which a zero byte of input means four times "repeat the last byte
//! 258 times", so 48 KiB of zeros, under the client's limit, become 48 MiB.

const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The block's code (literal 0, end of block, length 258; distance 1), the literal 0, and the
/// first two repetitions.
const BLOCK: [u8; 14] =
    [0xed, 0xe0, 0x81, 0x00, 0x00, 0x00, 0x00, 0x80, 0x20, 0xec, 0x4f, 0xbd, 0x48, 0x05];
const ZEROS: usize = 48 * 1024;
const END_OF_BLOCK: u8 = 0b11;

/// Of the zeros that come out.
const CRC: u32 = 0x601c_3181;
const INFLATED: u32 = 1 + 258 * (2 + 4 * 48 * 1024);

/// About 48 KiB that inflate to 48 MiB.
pub(super) fn bomb() -> Vec<u8> {
    let mut bomb = Vec::with_capacity(ZEROS + 64);
    bomb.extend_from_slice(&HEADER);
    bomb.extend_from_slice(&BLOCK);
    bomb.resize(bomb.len() + ZEROS, 0);
    bomb.push(END_OF_BLOCK);
    bomb.extend_from_slice(&CRC.to_le_bytes());
    bomb.extend_from_slice(&INFLATED.to_le_bytes());
    bomb
}
