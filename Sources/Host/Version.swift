/// The program's version; scripts see it as `nightjar.version`.
public let version = "0.1.0"
