//! A connection to the server, as one process uses it.

use std::io::{self, Read, Write};
use std::time::Instant;

use redis::{Cmd, Parser, Value};
use rustls::{ClientConnection, StreamOwned};

use super::fault::Fault;
use super::socket::Socket;
use crate::refresh::Process;

pub(super) struct Connection {
    transport: Transport,
    parser: Parser,
    process: Process,
    /// After an error there may be answers left that nobody expects.
    is_over: bool,
    /// Differs from that of every other connection of this store.
    pub(super) number: u64,
}

pub(super) enum Transport {
    Plain(Socket),
    Tls(Box<StreamOwned<ClientConnection, Socket>>),
}

impl Connection {
    pub(super) fn new(transport: Transport, number: u64) -> Connection {
        Connection { transport, parser: Parser::new(), process: Process::current(), is_over: false, number }
    }

    /// Whether it is of this process, and nothing has gone wrong with it.
    pub(super) fn is_usable(&self) -> bool {
        self.process.is_current() && !self.is_over && self.transport.socket().is_quiet()
    }

    /// When the answers to what is asked from now on are too late.
    pub(super) fn set_deadline(&mut self, deadline: Instant) {
        self.transport.socket_mut().set_deadline(deadline);
    }

    pub(super) fn ask(&mut self, command: Cmd) -> Result<Value, Fault> {
        let [answer] = self.ask_all([command])?;
        Ok(answer)
    }

    /// Several commands in one round trip.
    pub(super) fn ask_all<const N: usize>(&mut self, commands: [Cmd; N]) -> Result<[Value; N], Fault> {
        let answers = self.exchange(commands);
        self.is_over |= answers.as_ref().is_err_and(|fault| !matches!(fault, Fault::NoScript));
        answers
    }

    fn exchange<const N: usize>(&mut self, commands: [Cmd; N]) -> Result<[Value; N], Fault> {
        let mut bytes = Vec::new();
        commands.iter().for_each(|command| command.write_packed_command(&mut bytes));
        let sent = self.transport.write_all(&bytes).and_then(|()| self.transport.flush());
        sent.map_err(|error| Fault::of_io(&error))?;
        let mut answers = commands.map(|_| Value::Nil);
        for answer in &mut answers {
            *answer = self.answer()?;
        }
        Ok(answers)
    }

    fn answer(&mut self) -> Result<Value, Fault> {
        let mut reader = Reader { transport: &mut self.transport, error: None };
        match (self.parser.parse_value(&mut reader), reader.error) {
            (Ok(Value::ServerError(error)), _) => Err(Fault::of_server(&error)),
            (Ok(value), _) => Ok(value),
            (Err(_), Some(error)) => Err(Fault::of_io(&error)),
            (Err(error), None) if error.is_io_error() => {
                Err(Fault::of_io(&io::ErrorKind::UnexpectedEof.into()))
            }
            (Err(_), None) => Err(Fault::unexpected()),
        }
    }
}

/// Keeps the error that ended an answer: the parser hands on less of it.
struct Reader<'a> {
    transport: &'a mut Transport,
    error: Option<io::Error>,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.transport.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let kind = error.kind();
                    self.error = Some(error);
                    return Err(kind.into());
                }
                read => return read,
            }
        }
    }
}

impl Transport {
    fn socket(&self) -> &Socket {
        match self {
            Transport::Plain(socket) => socket,
            Transport::Tls(stream) => &stream.sock,
        }
    }

    fn socket_mut(&mut self) -> &mut Socket {
        match self {
            Transport::Plain(socket) => socket,
            Transport::Tls(stream) => &mut stream.sock,
        }
    }
}

impl Read for Transport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Transport::Plain(socket) => socket.read(buffer),
            Transport::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Transport {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Transport::Plain(socket) => socket.write(bytes),
            Transport::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Transport::Plain(socket) => socket.flush(),
            Transport::Tls(stream) => stream.flush(),
        }
    }
}
