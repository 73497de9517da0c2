-- Run once by the image postgres, when it makes the database: the service's own role. Row-level security, the second wall between accounts, binds no superuser.
-- It takes over the superuser's password, as the verifier that is stored, so that the password stands in no statement. From then on the superuser has none,
-- and connects within the container only: docker compose exec database psql --username=postgres secrets
DO $$
BEGIN
    EXECUTE format('CREATE ROLE secrets LOGIN PASSWORD %L', (SELECT rolpassword FROM pg_authid WHERE rolname = current_user));
END
$$;
ALTER DATABASE secrets OWNER TO secrets;
ALTER ROLE postgres PASSWORD NULL;
