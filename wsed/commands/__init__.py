"""The subcommands of `wsed`, one file each."""
