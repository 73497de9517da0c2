using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SecretsService.Storage.Embedded;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Embedded;

/// <summary>A folder for one private database, short enough for a socket, that is gone with everything that runs in it.</summary>
public sealed class PrivateDatabase : IAsyncDisposable
{
    private readonly DirectoryInfo _outer = Directory.CreateTempSubdirectory("sse");
    private readonly List<EmbeddedPostgres> _started = [];

    public PrivateDatabase()
    {
        // What the system makes is closed; PostgreSQL's user must pass.
        FilePermissions.Set(_outer.FullName, FilePermissions.PassThrough);
    }

    /// <summary>A place for what does not belong to the database.</summary>
    public string Beside => _outer.FullName;

    public string Folder => PathOf("d");

    public string Data => Path.Combine(Folder, "postgres", "data");

    public string PathOf(string name) => Path.Combine(_outer.FullName, name);

    internal async Task<EmbeddedPostgres> StartAsync(SearchLocations? locations = null, string? folder = null, string? binaries = null)
    {
        var options = new EmbeddedPostgresOptions { DataDirectory = folder ?? Folder, BinDirectory = binaries };
        var postgres = await EmbeddedPostgres.StartAsync(
            options, locations ?? SearchLocations.OfThisMachine(), NullLogger.Instance, CancellationToken.None);
        _started.Add(postgres);
        return postgres;
    }

    /// <summary>The sentence with which a start is refused.</summary>
    internal async Task<string> RefusalAsync(SearchLocations? locations = null, string? folder = null, string? binaries = null)
    {
        var refusal = await Should.ThrowAsync<EmbeddedPostgresException>(() => StartAsync(locations, folder, binaries));
        return refusal.Message;
    }

    /// <summary>A machine without PostgreSQL, with these shell scripts as its programs.</summary>
    internal SearchLocations MachineWith(params (string Name, string Script)[] programs)
    {
        var folder = Directory.CreateDirectory(PathOf("programs")).FullName;
        foreach (var (name, script) in programs)
        {
            var path = Path.Combine(folder, name);
            File.WriteAllText(path, "#!/bin/sh\n" + script);
            FilePermissions.Set(path, FilePermissions.RunnableFile);
        }

        return new SearchLocations { ProgramFolders = [folder], PostgresFolders = [] };
    }

    /// <summary>Makes the folder look as if it held a database.</summary>
    public void PretendData(string version, string? password = null)
    {
        Directory.CreateDirectory(Data);
        File.WriteAllText(Path.Combine(Folder, "lock"), string.Empty);
        File.WriteAllText(Path.Combine(Data, "PG_VERSION"), version + "\n");
        if (password is not null)
        {
            File.WriteAllText(Path.Combine(Folder, "postgres", "password"), password);
        }
    }

    /// <summary>A tarball of npm's shape.</summary>
    internal async Task<string> TarballAsync(params TarEntry[] entries)
    {
        var path = PathOf("package.tgz");
        await using var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        await using var tar = new TarWriter(gzip);
        foreach (var entry in entries)
        {
            await tar.WriteEntryAsync(entry);
        }

        return path;
    }

    internal static PaxTarEntry TextEntry(string name, string text) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    /// <summary>The processes that work in the data folder.</summary>
    public IReadOnlyList<int> Processes() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0]))
            .Where(process => WorkingFolderOf(process).StartsWith(Folder, StringComparison.Ordinal))
            .Select(process => int.Parse(Path.GetFileName(process), null)),
    ];

    public int PostmasterId() => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), null);

    /// <summary>Kills the postmaster as the kernel does when memory is short.</summary>
    public void KillPostmaster()
    {
        using var postmaster = Process.GetProcessById(PostmasterId());
        postmaster.Kill();
    }

    /// <summary>A first start that ends right after initdb.</summary>
    internal async Task InterruptAfterInitdbAsync()
    {
        var user = UnprivilegedUser.ForThisProcess(SearchLocations.OfThisMachine());
        using var folder = ClusterFolder.Open(Folder, user);
        await Initdb.RunAsync(folder, await PostgresOfThisMachineAsync(), user, folder.ReadOrCreatePassword(), CancellationToken.None);
    }

    internal static Task<object?> QueryAsync(EmbeddedPostgres postgres, string sql) => QueryAsync(postgres.ConnectionString, sql);

    internal static async Task QueryAsSuperuserAsync(EmbeddedPostgres postgres, string sql)
    {
        var superuser = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Username = "postgres", Database = "postgres" };
        await QueryAsync(superuser.ConnectionString, sql);
    }

    private static async Task<object?> QueryAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    internal static async Task<PostgresBinaries> PostgresOfThisMachineAsync()
    {
        var machine = SearchLocations.OfThisMachine();
        foreach (var folder in machine.ProgramFolders.Concat(machine.PostgresFolders))
        {
            if (await PostgresBinaries.TryAsync(folder, user: null, CancellationToken.None) is { } found)
            {
                return found;
            }
        }

        throw new InvalidOperationException("These tests need an installed PostgreSQL.");
    }

    /// <summary>What a program prints.</summary>
    internal static async Task<string> PrintAsync(string program, params string[] arguments)
    {
        var (_, output) = await new ChildProgram(program, arguments) { Timeout = TimeSpan.FromSeconds(10) }.RunAsync(CancellationToken.None);
        return output.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var postgres in _started)
        {
            await postgres.DisposeAsync();
        }

        _outer.Delete(recursive: true);
    }

    private static string WorkingFolderOf(string process)
    {
        try
        {
            return new FileInfo(process + "/cwd").LinkTarget ?? string.Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}

/// <summary>Tests that each begin with a folder in which nothing has been started.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync.")]
public abstract class PrivateDatabaseTests : IAsyncLifetime
{
    protected PrivateDatabase Database { get; } = new();

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Database.DisposeAsync();
}

/// <summary>A test of what only root meets.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactForRootAttribute : FactAttribute
{
    public FactForRootAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Skip = "Only root runs PostgreSQL as another user.";
        }
    }
}

/// <summary>A test of what only root meets, with several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryForRootAttribute : TheoryAttribute
{
    public TheoryForRootAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Skip = "Only root makes files of other users.";
        }
    }
}
