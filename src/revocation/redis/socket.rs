//! A connection on which nobody waits past a deadline, however slowly the other side sends.

use std::io::{self, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
#[cfg(unix)]
use std::path::Path;
use std::time::{Duration, Instant};

/// More than the longest answer: an audit of 10,000 lines.
const ANSWER_MAX: usize = 64 << 20;

pub(super) struct Socket {
    stream: Stream,
    deadline: Instant,
    /// How many bytes may still be read before it.
    allowance: usize,
}

pub(super) enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    pub(super) fn new(stream: Stream, deadline: Instant) -> Socket {
        Socket { stream, deadline, allowance: ANSWER_MAX }
    }

    pub(super) fn set_deadline(&mut self, deadline: Instant) {
        self.deadline = deadline;
        self.allowance = ANSWER_MAX;
    }

    /// Whether the other side has neither closed it nor sent what nobody asked for.
    #[cfg(unix)]
    pub(super) fn is_quiet(&self) -> bool {
        use rustix::net::{RecvFlags, recv};

        let mut byte = [0];
        let received = recv(self.stream.as_fd(), &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT);
        matches!(received, Err(error) if error == rustix::io::Errno::AGAIN)
    }

    #[cfg(not(unix))]
    pub(super) fn is_quiet(&self) -> bool {
        true
    }
}

/// An error rather than none, which would mean for ever.
pub(super) fn time_left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = Some(time_left(self.deadline)?);
        let read = match &mut self.stream {
            Stream::Tcp(stream) => stream.set_read_timeout(left).and_then(|()| stream.read(buffer)),
            #[cfg(unix)]
            Stream::Unix(stream) => stream.set_read_timeout(left).and_then(|()| stream.read(buffer)),
        }?;
        self.allowance = self
            .allowance
            .checked_sub(read)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "its answer is too long"))?;
        Ok(read)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = Some(time_left(self.deadline)?);
        match &mut self.stream {
            Stream::Tcp(stream) => stream.set_write_timeout(left).and_then(|()| stream.write(bytes)),
            #[cfg(unix)]
            Stream::Unix(stream) => stream.set_write_timeout(left).and_then(|()| stream.write(bytes)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Stream::Tcp(stream) => stream.as_fd(),
            Stream::Unix(stream) => stream.as_fd(),
        }
    }
}

/// The system has no timeout for this: it waits for room in the backlog for ever.
#[cfg(target_os = "linux")]
pub(super) fn connect_unix(path: &Path, deadline: Instant) -> io::Result<UnixStream> {
    use rustix::io::Errno;
    use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};

    const PAUSE: Duration = Duration::from_millis(5);
    let address = SocketAddrUnix::new(path)?;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    while let Err(error) = connect(&socket, &address) {
        if error != Errno::AGAIN {
            return Err(error.into());
        }
        std::thread::sleep(PAUSE.min(time_left(deadline)?));
    }
    let stream = UnixStream::from(socket);
    stream.set_nonblocking(false)?;
    Ok(stream)
}

#[cfg(all(unix, not(target_os = "linux")))]
pub(super) fn connect_unix(path: &Path, _deadline: Instant) -> io::Result<UnixStream> {
    UnixStream::connect(path)
}
