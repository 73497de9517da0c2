using System.Diagnostics;
using System.Text;
using SecretsService.Testing;
using SecretsService.Tests.Formats;

namespace SecretsService.Tests;

/// <summary>How a script ended.</summary>
/// <param name="ExitCode">0 where it did what it should.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Errors">What it wrote to its standard error.</param>
internal sealed record ScriptRun(int ExitCode, string Output, string Errors);

/// <summary>
/// A machine that a pipeline runs on: the files of docs/deployments.md in its working folder, and on its PATH recorders in the place of docker, kubectl and
/// aws, and before every program that the files run, so that every command line is written down.
/// </summary>
internal sealed class PipelineMachine : IDisposable
{
    private static readonly string[] RealPrograms = ["curl", "jq", "od", "tr", "tail", "cat", "mktemp", "rm"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sks-pipeline-");
    private readonly Dictionary<string, string> _variables;

    private PipelineMachine(SecretsServer server, Account account)
    {
        var path = new ProcessStartInfo().Environment["PATH"]; // That of the tests.
        _variables = new(StringComparer.Ordinal)
        {
            ["PATH"] = $"{PathOf("bin")}:{path}",
            ["REAL_PATH"] = path!,
            ["RECORDED"] = PathOf("recorded"),
            ["TMPDIR"] = PathOf("tmp"),
            ["SECRETS_URL"] = server.Address.GetLeftPart(UriPartial.Authority),
            ["SECRETS_API_KEY"] = account.Token,
            ["SECRETS_TARGET"] = "sites/shop/environments/production",
        };
    }

    /// <summary>Everything that was on a command line, from the first program to the last.</summary>
    public string CommandLines => File.ReadAllText(PathOf("recorded/commands")).Replace('\0', ' ');

    /// <summary>What was left in the folder for temporary files.</summary>
    public IEnumerable<string> LeftBehind => Directory.EnumerateFileSystemEntries(PathOf("tmp"));

    /// <summary>Makes a machine whose pipeline holds the key of an account, for the environment production of the site shop.</summary>
    public static async Task<PipelineMachine> NewAsync(SecretsServer server, Account account)
    {
        var machine = new PipelineMachine(server, account);
        foreach (var folder in new[] { "bin", "recorded", "tmp" })
        {
            Directory.CreateDirectory(machine.PathOf(folder));
        }

        foreach (var (name, text) in await DocumentedFiles.ReadAsync())
        {
            await machine.WriteAsync(name, text);
        }

        RealPrograms.ToList().ForEach(program => machine.Link($"bin/{program}", "recorder"));
        new[] { "docker", "kubectl", "aws" }.ToList().ForEach(program => machine.Link($"bin/{program}", program));
        machine.Link("install.sh", "install.sh");
        return machine;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Gives the pipeline a variable.</summary>
    public PipelineMachine With(string name, string value)
    {
        _variables[name] = value;
        return this;
    }

    /// <summary>Gives the machine a program that does nothing, or lets one fail that it has.</summary>
    public Task HasAsync(string file) => WriteAsync(file, "#!/bin/sh\n");

    /// <summary>Writes a file into the working folder.</summary>
    public async Task WriteAsync(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        await File.WriteAllTextAsync(PathOf(name), text);
        File.SetUnixFileMode(PathOf(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The path of a file in the working folder.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Reads a file in the working folder.</summary>
    public Task<byte[]> ReadAsync(string name) => File.ReadAllBytesAsync(PathOf(name));

    /// <summary>The environment that what was deployed got.</summary>
    public async Task<Dictionary<string, string>> DeployedEnvironmentAsync() =>
        Encoding.UTF8.GetString(await ReadAsync("recorded/environment")).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    /// <summary>The scripts of a YAML file, by what they are called there.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ScriptsOfAsync(string file) =>
        (await new NamedNodeConsumer("steps", "", "").ReadAsync([await ReadAsync(file)])).Single() is { Variables: { } scripts }
            ? scripts
            : throw new InvalidOperationException($"{file} is no YAML.");

    /// <summary>Runs a shell with nothing in its environment but the pipeline's variables.</summary>
    public async Task<ScriptRun> RunAsync(string shell, params string[] words)
    {
        var start = new ProcessStartInfo(shell, words)
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment.Clear();
        foreach (var (name, value) in _variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new ScriptRun(process.ExitCode, await output, await errors);
    }

    private void Link(string name, string program) => File.CreateSymbolicLink(PathOf(name), Repository.PathOf($"tests/pipelines/{program}"));
}
