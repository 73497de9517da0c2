using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SecretsService.Storage.Embedded;

/// <summary>
/// The data folder on disk: its layout, who may pass, and the lock that gives it to one service at a time.
/// <code>
/// DataDirectory/           the service's own, 0700; 0711 where the service is root, so that PostgreSQL's user can pass
///   lock                   held while a service runs; the kernel lets go of it when that service ends, however it ends
///   initdb.password        only while the database is created
///   binaries/              what npm fetched
///   postgres/              as DataDirectory; only the service writes in it, so that it never follows a link of PostgreSQL's user
///     password             0600, the service's own; the superuser's and its role's
///     pg.log, pg.log.1     this run's log and the one before
///     run/                 0700, PostgreSQL's: the socket
///     data/                0700, PostgreSQL's: the database
///     data.tmp-*/          one that is being created
/// </code>
/// </summary>
internal sealed class ClusterFolder : IDisposable
{
    private const int PasswordBytes = 32;
    private const int SocketPathLimitBytes = 107; // sun_path holds 108 with the final zero: unix(7)
    private const int WouldBlock = 11; // EAGAIN, which .NET passes on where a file is locked

    private const int ClosedFolder = 3;
    private const int NotTheOwner = 4;

    // Asked of the system as PostgreSQL's user, so that groups and access lists count. The topmost closed folder is the one to name.
    private static readonly string AskWhetherOpen =
        $"data=$1; shift; for folder; do [ -x \"$folder\" ] || {{ printf %s \"$folder\"; exit {ClosedFolder}; }}; done; "
        + $"[ ! -e \"$data\" ] || [ -O \"$data\" ] || exit {NotTheOwner}";

    private static readonly TimeSpan LeftoverPatience = TimeSpan.FromSeconds(10);

    private readonly UnprivilegedUser? _user;
    private FileStream? _lock;

    private ClusterFolder(string path, UnprivilegedUser? user)
    {
        Root = path;
        Postgres = Path.Combine(path, "postgres");
        NewData = Path.Combine(Postgres, "data.tmp-" + RandomNumberGenerator.GetHexString(8, lowercase: true));
        _user = user;
    }

    public string Root { get; }

    public string Postgres { get; }

    public string Data => Path.Combine(Postgres, "data");

    /// <summary>Where a new database is created: a name of its own, because an initdb whose service was killed may still write to its own.</summary>
    public string NewData { get; }

    public string Run => Path.Combine(Postgres, "run");

    public string Log => Path.Combine(Postgres, "pg.log");

    public string Binaries => Path.Combine(Root, "binaries");

    public string ProcessFile => Path.Combine(Data, "postmaster.pid");

    public bool HasData => Directory.Exists(Data);

    private string LockFile => Path.Combine(Root, "lock");

    private string PasswordFile => Path.Combine(Postgres, "password");

    private string InitdbPasswordFile => Path.Combine(Root, "initdb.password");

    /// <summary>Creates the folder where it is missing, and locks it.</summary>
    /// <param name="path">The data folder, absolute.</param>
    /// <param name="user">The user that PostgreSQL runs as, where it is not the service's own.</param>
    /// <exception cref="EmbeddedPostgresException">Another service uses it, or it does not fit.</exception>
    public static ClusterFolder Open(string path, UnprivilegedUser? user)
    {
        var folder = new ClusterFolder(path, user);
        folder.CheckPath();
        folder.CreateRoot();
        folder.TakeLock();
        try
        {
            // An interrupted first start may have left it.
            File.Delete(folder.InitdbPasswordFile);
            folder.RefuseUnlessOwn(folder.Postgres);
            folder.RefuseUnlessOwn(folder.Binaries);
            folder.CreateFolder(folder.Postgres);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public void Dispose() => _lock?.Dispose();

    /// <summary>The major version that made the data.</summary>
    /// <exception cref="EmbeddedPostgresException">The folder is no PostgreSQL's.</exception>
    public int ReadMajorOfData()
    {
        var versionFile = Path.Combine(Data, "PG_VERSION");
        var text = File.Exists(versionFile) ? File.ReadAllText(versionFile).Trim() : string.Empty;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            ? major
            : throw new EmbeddedPostgresException(
                $"{Data} holds no PG_VERSION file of PostgreSQL {PostgresBinaries.OldestMajor} or newer, so it is damaged or something else: "
                + "restore it from your backup, or move it away to begin with an empty database.");
    }

    /// <summary>The password of the superuser and of the service's role; made where there is no database yet.</summary>
    /// <exception cref="EmbeddedPostgresException">There is a database and its password is missing.</exception>
    public string ReadOrCreatePassword()
    {
        if (File.Exists(PasswordFile))
        {
            return File.ReadAllText(PasswordFile).Trim();
        }

        if (HasData)
        {
            throw new EmbeddedPostgresException(
                $"{PasswordFile} is missing, and {Data} cannot be opened without it: restore the file from your backup.");
        }

        var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(PasswordBytes));
        var unfinished = PasswordFile + ".tmp";
        File.Delete(unfinished);
        // Down to the disk before there is a database: one whose password was lost in a power failure could not be opened.
        FilePermissions.WritePrivateFile(unfinished, password);
        File.Move(unfinished, PasswordFile);
        DirectorySync.Flush(Postgres);
        return password;
    }

    /// <summary>Makes the empty folder for a new database, and the file from which initdb reads the password.</summary>
    /// <returns>The path of the password's file: delete it when initdb has ended.</returns>
    public async Task<string> PrepareNewDataAsync(string password, CancellationToken cancellation)
    {
        foreach (var leftover in Directory.GetDirectories(Postgres, "data.tmp*"))
        {
            await DeleteLeftoverAsync(leftover, cancellation);
        }

        CreateForPostgres(NewData);
        FilePermissions.WritePrivateFile(InitdbPasswordFile, password);
        _user?.Own(InitdbPasswordFile);
        return InitdbPasswordFile;
    }

    /// <summary>Empties the folder of the socket, so that no lock of an earlier run stands in the way, and begins a new log.</summary>
    public void PrepareRun()
    {
        if (Directory.Exists(Run))
        {
            Directory.Delete(Run, recursive: true);
        }

        CreateForPostgres(Run);
        if (File.Exists(Log))
        {
            File.Move(Log, Log + ".1", overwrite: true);
        }

        FilePermissions.WritePrivateFile(Log, string.Empty);
        _user?.Own(Log);
    }

    /// <summary>Finds out whether PostgreSQL's user can come here, and gives it the data where the data is another's.</summary>
    /// <exception cref="EmbeddedPostgresException">A folder on the way is closed.</exception>
    public async Task OpenToUserAsync(CancellationToken cancellation)
    {
        if (_user is null)
        {
            return;
        }

        var probe = new ChildProgram("/bin/sh", ["-c", AskWhetherOpen, "sh", Data, .. WayTo(Postgres)])
        {
            User = _user,
            Timeout = TimeSpan.FromSeconds(10),
        };
        var (exitCode, output) = await probe.RunAsync(cancellation);
        switch (exitCode)
        {
            case ClosedFolder:
                throw new EmbeddedPostgresException(
                    $"The folder {output} is closed to the user {_user.Name}, as whom PostgreSQL runs when the service is root: "
                    + "set Embedded:DataDirectory to a folder that it can reach, such as /var/lib/secrets-service.");
            case NotTheOwner:
                _user.OwnTree(Data);
                break;
        }
    }

    // An initdb whose service was killed goes on for a moment: until it notices that its folder is gone, it adds files to it.
    private static async Task DeleteLeftoverAsync(string folder, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (Directory.Exists(folder))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(start) < LeftoverPatience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellation);
            }
        }
    }

    private static bool IsEmpty(string folder) => !Directory.EnumerateFileSystemEntries(folder).Any();

    private static IEnumerable<string> WayTo(string folder) =>
        Path.GetDirectoryName(folder) is { } parent ? WayTo(parent).Append(folder) : [folder];

    private void CheckPath()
    {
        var socket = Path.Combine(Run, ".s.PGSQL.5432");
        var excess = Encoding.UTF8.GetByteCount(socket) - SocketPathLimitBytes;
        if (excess > 0)
        {
            throw new EmbeddedPostgresException(
                $"The data folder's path {Root} is {excess} bytes too long for a unix socket in it: set Embedded:DataDirectory to a shorter one.");
        }

        if (Root.Contains(',', StringComparison.Ordinal))
        {
            throw new EmbeddedPostgresException(
                $"The data folder's path {Root} holds a comma, which separates hosts in a connection string: {EmbeddedPostgresException.SetAnother}.");
        }
    }

    private void CreateRoot()
    {
        if (File.Exists(Root))
        {
            throw new EmbeddedPostgresException($"The data folder {Root} is a file: move it away, or {EmbeddedPostgresException.SetAnother}.");
        }

        if (!Directory.Exists(Root))
        {
            CreateFolder(Root);
            return;
        }

        var isEmpty = IsEmpty(Root);
        var isOfService = isEmpty || File.Exists(LockFile);
        if (!isOfService && FilePermissions.OthersMayWrite(Root))
        {
            // Something else's folder, such as /tmp: its mode is not ours to change.
            throw new EmbeddedPostgresException(
                $"The data folder {Root} holds other files and can be written by other users: set Embedded:DataDirectory to an empty folder.");
        }

        if (isEmpty)
        {
            TakeOverEmptyRoot();
        }

        RefuseUnlessOwn(Root);
        if (isOfService)
        {
            CreateFolder(Root);
        }
    }

    // A container's volume, most likely. A link could lead to a folder that is anyone's.
    private void TakeOverEmptyRoot()
    {
        if (_user is null || FileOwnership.IsOwn(Root) || new DirectoryInfo(Root).LinkTarget is not null)
        {
            return;
        }

        var owner = FileOwnership.OwnerOf(Root);
        FileOwnership.Give(Root, NativeMethods.EffectiveUserId());
        FilePermissions.Set(Root, FilePermissions.PassThrough);
        // Only now can the one who had it write there no more. Where something was put there until now, it is given back, and so refused.
        if (!IsEmpty(Root))
        {
            FileOwnership.Give(Root, owner);
        }
    }

    // Whoever owns a folder can move what is in it away and put something else there: another key ring, another program to run.
    private void RefuseUnlessOwn(string folder)
    {
        if (Directory.Exists(folder) && !FileOwnership.IsOwn(folder))
        {
            throw new EmbeddedPostgresException(
                $"The folder {folder} belongs to another user, who could replace what the service keeps there: run "
                + $"`chown -R {Environment.UserName} {Root}` if you trust what it holds, or {EmbeddedPostgresException.SetAnother}.");
        }
    }

    private void TakeLock()
    {
        try
        {
            _lock = FilePermissions.OpenPrivateFile(LockFile, FileMode.OpenOrCreate);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw new EmbeddedPostgresException(
                $"The data folder {Root} is in use by another running service: stop that one, or {EmbeddedPostgresException.SetAnother}.", e);
        }
    }

    private void CreateFolder(string path)
    {
        FilePermissions.CreatePrivateFolder(path);
        FilePermissions.Set(path, _user is null ? FilePermissions.OwnerOnly : FilePermissions.PassThrough);
    }

    private void CreateForPostgres(string path)
    {
        FilePermissions.CreatePrivateFolder(path);
        _user?.Own(path);
    }
}
