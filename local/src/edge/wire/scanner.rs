//! Where requests begin and end in the bytes of a connection, and which heads are refused.

/// What is kept of a line: enough for the names and numbers that frame a message.
const KEPT: usize = 80;

#[derive(Default)]
pub(super) struct Scanner {
    part: Part,
    line: Line,
    head: Head,
    /// The answer that begins a tunnel, if the last request asked for one.
    tunnel: Option<&'static [u8]>,
    /// Whether a whole request was seen.
    begun: bool,
}

/// The part of a message that comes next.
#[derive(Default)]
enum Part {
    #[default]
    RequestLine,
    Fields,
    /// So many bytes of the body.
    Body(u64),
    ChunkSize,
    /// So many bytes of a chunk, with the end of its line.
    Chunk(u64),
    Trailers,
    /// HTTP/2, a tunnel, or what follows a refused head.
    Unseen,
}

/// The line that is being read.
struct Line {
    kept: [u8; KEPT],
    length: usize,
    last: u8,
    has_fragment: bool,
}

/// What the fields of a head say about the message.
#[derive(Default)]
struct Head {
    hosts: usize,
    lengths: usize,
    length: u64,
    has_transfer_encoding: bool,
    tunnel: Option<&'static [u8]>,
}

/// The line must not be read by anybody.
struct Refused;

impl Default for Line {
    fn default() -> Line {
        Line { kept: [0; KEPT], length: 0, last: 0, has_fragment: false }
    }
}

impl Line {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.kept.get_mut(self.length) {
            *place = byte;
        }
        self.length += 1;
        self.last = byte;
        self.has_fragment |= byte == b'#';
    }

    /// Its beginning, without the final carriage return.
    fn text(&self) -> &[u8] {
        self.kept.get(..self.length.saturating_sub(1)).unwrap_or(&self.kept)
    }

    fn is_whole(&self) -> bool {
        self.length <= KEPT
    }
}

impl Scanner {
    /// Looks at bytes on their way to hyper. The end of a line that is refused becomes NUL, which is valid nowhere in
    /// a head.
    pub(super) fn read(&mut self, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            let skipped = match &mut self.part {
                Part::Unseen => return,
                Part::Body(left) | Part::Chunk(left) => {
                    let count = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    *left -= count as u64;
                    count
                }
                _ => {
                    let end = bytes.iter().position(|byte| *byte == b'\n');
                    let (line, ends) = bytes.split_at_mut(end.unwrap_or(bytes.len()));
                    line.iter().for_each(|byte| self.line.push(*byte));
                    if let Some(end) = ends.first_mut() {
                        if self.end_line().is_err() {
                            *end = 0;
                            self.part = Part::Unseen;
                        }
                        self.line = Line::default();
                    }
                    line.len() + usize::from(!ends.is_empty())
                }
            };
            match self.part {
                Part::Body(0) => self.part = Part::RequestLine,
                Part::Chunk(0) => self.part = Part::ChunkSize,
                _ => {}
            }
            bytes = bytes.get_mut(skipped..).unwrap_or_default();
        }
    }

    /// Looks at bytes on their way to the client: an accepted upgrade ends the requests.
    pub(super) fn written(&mut self, bytes: &[u8]) {
        if self.tunnel.is_some_and(|answer| bytes.starts_with(answer)) {
            self.part = Part::Unseen;
        }
    }

    fn end_line(&mut self) -> Result<(), Refused> {
        if self.line.last != b'\r' {
            return Err(Refused);
        }
        let is_empty = self.line.length == 1;
        match self.part {
            // Empty lines before a request are skipped (RFC 9112 section 2.2).
            Part::RequestLine if is_empty => {}
            Part::RequestLine => self.request_line()?,
            Part::Fields if is_empty => self.end_head()?,
            Part::Fields => self.field()?,
            Part::ChunkSize => self.chunk_size()?,
            Part::Trailers if is_empty => self.part = Part::RequestLine,
            Part::Trailers | Part::Body(_) | Part::Chunk(_) | Part::Unseen => {}
        }
        Ok(())
    }

    fn request_line(&mut self) -> Result<(), Refused> {
        let line = self.line.text();
        if !self.begun && line == b"PRI * HTTP/2.0" {
            self.part = Part::Unseen;
            return Ok(());
        }
        let space = line.iter().position(|byte| *byte == b' ').ok_or(Refused)?;
        let (method, target) = line.split_at_checked(space).ok_or(Refused)?;
        let is_connect = method == b"CONNECT";
        if self.line.has_fragment || !(is_connect || matches!(target, [b' ', b'/' | b'*', ..])) {
            return Err(Refused);
        }
        self.begun = true;
        self.head = Head { tunnel: is_connect.then_some(b"HTTP/1.1 2"), ..Head::default() };
        self.part = Part::Fields;
        Ok(())
    }

    fn field(&mut self) -> Result<(), Refused> {
        let line = self.line.text();
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, rest) = line.split_at_checked(colon).ok_or(Refused)?;
        if name.eq_ignore_ascii_case(b"content-length") {
            let digits = rest.get(1..).unwrap_or_default().trim_ascii();
            let is_number = self.line.is_whole() && digits.iter().all(u8::is_ascii_digit);
            let text = std::str::from_utf8(digits).ok().filter(|_| is_number).ok_or(Refused)?;
            self.head.length = text.parse().map_err(|_| Refused)?;
            self.head.lengths += 1;
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.head.has_transfer_encoding = true;
        } else if name.eq_ignore_ascii_case(b"host") {
            self.head.hosts += 1;
        } else if name.eq_ignore_ascii_case(b"upgrade") {
            self.head.tunnel = Some(b"HTTP/1.1 101");
        }
        Ok(())
    }

    fn end_head(&mut self) -> Result<(), Refused> {
        let Head { hosts, lengths, length, has_transfer_encoding, tunnel } = self.head;
        if hosts > 1 || lengths > 1 || (lengths > 0 && has_transfer_encoding) {
            return Err(Refused);
        }
        self.tunnel = tunnel;
        self.part = match length {
            _ if has_transfer_encoding => Part::ChunkSize,
            0 => Part::RequestLine,
            _ => Part::Body(length),
        };
        Ok(())
    }

    fn chunk_size(&mut self) -> Result<(), Refused> {
        let line = self.line.text();
        let end = line.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(line.len());
        let digits = line.get(..end).and_then(|digits| std::str::from_utf8(digits).ok()).ok_or(Refused)?;
        let size = u64::from_str_radix(digits, 16).map_err(|_| Refused)?;
        self.part = match size {
            0 => Part::Trailers,
            _ => Part::Chunk(size.checked_add(2).ok_or(Refused)?),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What hyper gets, whatever the pieces in which the bytes come.
    fn scan(bytes: &str) -> String {
        let texts: Vec<String> = [1, 2, 7, bytes.len()]
            .into_iter()
            .map(|size| {
                let mut scanner = Scanner::default();
                let mut bytes = bytes.as_bytes().to_vec();
                bytes.chunks_mut(size).for_each(|piece| scanner.read(piece));
                String::from_utf8(bytes).unwrap()
            })
            .collect();
        assert!(texts.windows(2).all(|pair| pair[0] == pair[1]));
        texts[0].clone()
    }

    #[test]
    fn requests_with_one_reading_pass_unchanged() {
        for bytes in [
            "GET /a?b HTTP/1.1\r\nHost: a\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\na\nb\n#\nGET / HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\n\n\n\n\r\n0\r\nA: b\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nany\nthing",
            "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
        ] {
            assert_eq!(scan(bytes), bytes);
        }
    }

    #[test]
    fn the_end_of_a_refused_line_is_made_invalid() {
        for bytes in [
            "GET / HTTP/1.1\n",
            "GET / HTTP/1.1\r\nA: b\n",
            "GET / HTTP/1.1\r\nA: b\r\n\n",
            "GET http://a/ HTTP/1.1\r\n",
            "GET a HTTP/1.1\r\n",
            "GET /a#b HTTP/1.1\r\n",
            "GET /\r\nA: b\r\n\r\nPRI * HTTP/2.0\n",
            "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: +1\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\naGET / HTTP/1.1\n",
        ] {
            let expected = format!("{}\0", bytes.strip_suffix('\n').unwrap());
            assert_eq!(scan(bytes), expected);
        }
    }

    #[test]
    fn an_accepted_upgrade_ends_the_requests_and_a_refused_one_does_not() {
        let request = "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
        for (answer, after) in [("HTTP/1.1 101 S", "a\n"), ("HTTP/1.1 302 F", "a\0")] {
            let mut scanner = Scanner::default();
            scanner.read(request.to_owned().into_bytes().as_mut_slice());
            scanner.written(answer.as_bytes());
            let mut bytes = b"a\n".to_vec();
            scanner.read(&mut bytes);
            assert_eq!(bytes, after.as_bytes());
        }
    }
}
