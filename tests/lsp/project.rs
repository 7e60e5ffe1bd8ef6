//! Files that hang together: what is typed in one, or changes on the disk, says something else of others.
