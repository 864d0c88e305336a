-- There are as many holds as calls under way: each second all of them are looked through, and no commit writes a page for them.
DROP INDEX holds_by_expiry;
