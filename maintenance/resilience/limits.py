"""Every number of the resilience report that a local may set differently."""

from maintenance.thresholds import declare

STORAGE_WARN = declare(
    "maintenance.storage-warn", 80, unit="percent", about="From how full a disk on is named in the resilience report."
)
STORAGE_ACT = declare(
    "maintenance.storage-act", 90, unit="percent", about="From how full a disk on somebody must act at once."
)
FILLS_WITHIN = declare(
    "maintenance.storage-fills-within",
    60,
    unit="days",
    about="A disk that will be full within so many days, at the pace of its history, is named.",
)
FORECAST_POINTS = declare(
    "maintenance.forecast-points",
    5,
    unit="days",
    about="From how many measured days on a forecast is made, and a query is compared with its past.",
)
BACKUP_HOURS = declare(
    "maintenance.backup-hours", 48, unit="hours", about="A last good backup older than this is told at once."
)
RESTORE_DAYS = declare(
    "maintenance.restore-days", 14, unit="days", about="A backup must have been restored on trial within so many days."
)
STALE_DAYS = declare(
    "maintenance.stale-days", 365, unit="days", about="After how long without a change a record is counted as stale."
)
ORPHAN_HOURS = declare(
    "maintenance.orphan-hours",
    24,
    unit="hours",
    about="How old a file must be before it counts as one that no record names: a younger one may be on its way.",
)
QUERY_SPREAD = declare(
    "maintenance.query-spread",
    4,
    unit="spreads",
    about="A query is called slower when it is above its usual time by so many times its usual spread.",
)
BIG_TABLE = declare(
    "maintenance.big-table",
    10_000,
    unit="rows",
    about="From how many rows on a table is looked at for missing indexes and for reading it from end to end.",
)
UNUSED_MB = declare(
    "maintenance.unused-index-size", 1, unit="MB", about="From what size on an index that nobody uses is named."
)
UNUSED_DAYS = declare(
    "maintenance.unused-index-days", 30, unit="days", about="For how long nobody must have used an index to name it."
)
BLOAT = declare(
    "maintenance.bloat", 40, unit="percent", about="From what share of wasted room on a table of some size is named."
)
BLOAT_MB = declare("maintenance.bloat-size", 20, unit="MB", about="Only tables from this size on are looked at.")
SAMPLE = declare(
    "maintenance.checksum-sample",
    5,
    unit="percent",
    about="What share of the documents is read and compared with its checksum every night; once a week it is all.",
)
READ_RATE = declare(
    "maintenance.checksum-rate", 50, unit="MB/s", about="How fast documents are read at most to compare checksums."
)
READ_MINUTES = declare(
    "maintenance.checksum-minutes",
    120,
    unit="minutes",
    about="After how long comparing checksums pauses; it goes on from there the next night.",
)
KEPT_DAYS = declare(
    "maintenance.metric-days", 1100, unit="days", about="How long the measured numbers of the reports are kept."
)
