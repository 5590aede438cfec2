"""Backups: the whole database and every file, in a folder that proves itself, and that was really restored.

One backup is one folder, complete or not there at all::

    <BACKUP_FOLDER>/
        ip2a-20261121-020000/
            database.dump     everything in the database (pg_dump, custom format), as of one moment
            files.jsonl       every file that the database names at that moment: path, name, size, checksum
            about.json        versions, and how many rows each table had at that moment
            SHA256SUMS        checksums of the three, for `sha256sum --check`
        files/ab/abcd…        the contents of the files, each once, under their checksum: shared by all backups

``making`` makes one, ``verifying`` restores it into a scratch database and compares, ``restoring`` brings it back,
``rotation`` takes away what the local no longer wants, ``offsite`` keeps a second copy on an S3-compatible service.
"""
