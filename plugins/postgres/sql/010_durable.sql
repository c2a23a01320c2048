-- Version 10: durable events.  What it is made of stands with the tables (001), emit() (002) and
-- store() (006), which the files before this one make and grant.

SELECT roomd.migrated(10);
