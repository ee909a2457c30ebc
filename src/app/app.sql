-- group: reference

-- app_ping() -> one (answer int): does the database answer?
SELECT 1;
