// Declarations are the schema's; whoever declares for the host needs both.
@_exported import Schema
