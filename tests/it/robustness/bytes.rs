//! Files put together byte by byte: DEFLATE streams of a few bytes that unpack to a GiB, zip archives
//! and PDFs that no office program would write.

/// Writes bits, the lowest first, as DEFLATE has them (RFC 1951).
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        self.held |= value << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.held.to_le_bytes()[0]);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    /// A Huffman code: its highest bit comes first.
    fn code(&mut self, code: u32, count: u32) {
        self.put(code.reverse_bits() >> (32 - count), count);
    }
}

/// A DEFLATE stream of `head` (ASCII), and then at least `length` bytes "a".
pub fn deflated(head: &str, length: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // One last block with the fixed codes.
    bits.put(0b011, 3);
    for byte in head.bytes().chain([b'a']) {
        bits.code(0x30 + u32::from(byte), 8);
    }
    // "258 bytes as one byte before": length code 285, distance code 0.
    for _ in 0..=length / 258 {
        bits.code(0b1100_0101, 8);
        bits.code(0, 5);
    }
    bits.code(0, 7);
    bits.put(0, 7);
    bits.bytes
}

/// A part of a zip archive.
pub struct Part {
    pub name: String,
    /// The bytes as the archive holds them.
    pub bytes: Vec<u8>,
    /// Whether they are deflated, and how many bytes they are said to be then.
    pub deflated: Option<u32>,
}

impl Part {
    /// A part that is not compressed.
    pub fn stored(name: &str, content: impl Into<Vec<u8>>) -> Part {
        Part {
            name: name.to_owned(),
            bytes: content.into(),
            deflated: None,
        }
    }

    /// What the local header and the directory both say (APPNOTE 4.3.7 and 4.3.12).
    fn header(&self) -> Vec<u8> {
        let packed = u32::try_from(self.bytes.len()).unwrap();
        let method: u16 = if self.deflated.is_some() { 8 } else { 0 };
        let mut header = Vec::new();
        header.extend([20, 0, 0, 0]);
        header.extend(method.to_le_bytes());
        header.extend([0; 4]);
        header.extend(crc32(&self.bytes).to_le_bytes());
        header.extend(packed.to_le_bytes());
        header.extend(self.deflated.unwrap_or(packed).to_le_bytes());
        header.extend(u16::try_from(self.name.len()).unwrap().to_le_bytes());
        header.extend([0; 2]);
        header
    }
}

/// A zip archive. The checksum of a deflated part is wrong: whoever finds that out has unpacked it all.
pub fn zip(parts: &[Part]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for part in parts {
        let offset = u32::try_from(archive.len()).unwrap();
        archive.extend(b"PK\x03\x04");
        archive.extend(part.header());
        archive.extend(part.name.bytes());
        archive.extend(&part.bytes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(part.header());
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(part.name.bytes());
    }
    let start = u32::try_from(archive.len()).unwrap();
    let count = u16::try_from(parts.len()).unwrap().to_le_bytes();
    let length = u32::try_from(directory.len()).unwrap();
    archive.extend(directory);
    archive.extend(b"PK\x05\x06\x00\x00\x00\x00");
    archive.extend([count, count].concat());
    archive.extend(length.to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0; 2]);
    archive
}

/// The checksum of zip archives (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc: u32, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// A PDF of these objects, the first of them number 1 and the catalog.
pub fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let (mut file, mut places) = (b"%PDF-1.7\n".to_vec(), Vec::new());
    for (i, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend(format!("{} 0 obj\n", i + 1).bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let start = file.len();
    let size = objects.len() + 1;
    file.extend(format!("xref\n0 {size}\n0000000000 65535 f \n").bytes());
    for place in places {
        file.extend(format!("{place:010} 00000 n \n").bytes());
    }
    let end = format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    file.extend(end.bytes());
    file
}

/// A PDF whose objects 3 and up are `objects`, of which the first is its one page.
pub fn one_page(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut all = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
    ];
    all.extend_from_slice(objects);
    pdf(&all)
}

/// A stream object.
pub fn stream(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let mut object = format!("<</Length {} {dictionary}>>\nstream\n", content.len()).into_bytes();
    object.extend(content);
    object.extend(b"\nendstream");
    object
}
