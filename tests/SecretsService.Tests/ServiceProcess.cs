using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using SecretsService.Testing;

namespace SecretsService.Tests;

/// <summary>The service as its operator runs it: a process of its own, with a command line, an environment and an exit code.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(Process process, string address)
    {
        _process = process;
        Address = address;
    }

    public string Address { get; }

    public int Id => _process.Id;

    /// <summary>What it has written so far, to stdout and stderr.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>The API key that it printed, or null.</summary>
    public string? PrintedKey => Key().Match(Output) is { Success: true } match ? match.Groups["key"].Value : null;

    /// <summary>Starts the service with settings, as environment variables, and command-line words.</summary>
    public static ServiceProcess Start(IEnumerable<(string Name, string Value)> settings, params string[] words)
    {
        var address = $"http://127.0.0.1:{FreePort()}";

        // A shell that runs something in the background lets it ignore SIGINT, and all that it starts with it: the tests may be such a thing.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var word in words.Prepend(ServerDll()).Prepend("dotnet").Prepend("--default-signal=INT"))
        {
            start.ArgumentList.Add(word);
        }

        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = address;
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var service = new ServiceProcess(new Process { StartInfo = start, EnableRaisingEvents = true }, address);
        service._process.OutputDataReceived += (_, line) => service.Take(line.Data);
        service._process.ErrorDataReceived += (_, line) => service.Take(line.Data);
        service._process.Exited += (_, _) => service._ready.TrySetResult();
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        return service;
    }

    /// <summary>Waits until it serves, or has ended.</summary>
    public async Task<ServiceProcess> ReadyAsync()
    {
        await _ready.Task.WaitAsync(Patience);
        return _process.HasExited ? throw new InvalidOperationException($"The service ended with {_process.ExitCode}: {Output}") : this;
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        using var timeout = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{Id}"]);
        kill.WaitForExit();
    }

    public ApiClient ClientWith(string? token) => new(new HttpClient { BaseAddress = new Uri(Address) }, token);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal("TERM");
            await ExitAsync();
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // The server's own output folder, built with the same configuration as this test.
    private static string ServerDll()
    {
        var configuration = typeof(ServiceProcess).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        return Repository.PathOf($"src/SecretsService/bin/{configuration}/net10.0/SecretsService.dll");
    }

    private void Take(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (line?.Contains("Secrets Service is ready", StringComparison.Ordinal) == true
            || line?.Contains("Application started", StringComparison.Ordinal) == true)
        {
            _ready.TrySetResult();
        }
    }

    [GeneratedRegex("API key +(?<key>sks_[A-Za-z0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Key();
}
