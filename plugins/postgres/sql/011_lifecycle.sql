-- Version 11: texts of plugins that are kept until somebody has them.  What it is made of stands with the tables (001)
-- and lifecycle_put() (006), which the files before this one make and grant.

SELECT roomd.migrated(11);
