//! The calls of a program.

macro_rules! calls {
    ($($name:ident,)*) => {
        #[derive(Clone, Copy)]
        pub enum Call {
            $($name),*
        }

        impl Call {
            const ALL: &[Call] = &[$(Call::$name),*];
        }
    };
}

// A byte of the program is the index of its call. New calls go to the end, since programs of the corpus have
// the others by their indices; fuzz/seed.py reads the names here.
calls! {
    Config,
    AddAudience,
    AllowService,
    AllowAnyService,
    SetLeeway,
    SetMaxLifetime,
    KeysFromJson,
    LoadJson,
    KeysStatus,
    Verifier,
    Warning,
    Verify,
    VerifyInTime,
    VerifyAt,
    Free,
    KeysFromFile,
    Options,
    SetDuration,
    SetPath,
    SetFetch,
    SetLog,
    RemoteKeys,
    Connect,
    Close,
    SetSize,
    Lookup,
    VerifyTwice,
    Stats,
    TryVerify,
    SetMaxAge,
    AcceptCookie,
    SetEmailHeader,
    Revocations,
    SetRevocations,
    WriteRevocation,
    ImportRevocations,
    ListRevocations,
}

impl Call {
    pub fn of(byte: u8) -> Call {
        Call::ALL[usize::from(byte) % Call::ALL.len()]
    }
}
