using System.Diagnostics;
using System.Text;
using SecretsService.Testing;

namespace SecretsService.Tests.Formats;

/// <summary>Runs the programs that read what was written.</summary>
internal static class ReaderProcess
{
    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote to stdout.</returns>
    /// <exception cref="InvalidOperationException">It is missing or it failed; the message has what it wrote to stderr.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> words, string input = "")
    {
        using var process = Start(program, words);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await GiveAsync(process, input);
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} {string.Join(' ', words)} ended with {process.ExitCode}: {await errors}");
    }

    /// <summary>The path of a file in tests/consumers.</summary>
    public static string Script(string name) => Repository.PathOf($"tests/consumers/{name}");

    private static Process Start(string program, IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(program, words)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
            UseShellExecute = false,
        };

        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"{program} is missing, which a format is tested with: install it.", e);
        }
    }

    // A program that fails before it has read everything says why itself.
    private static async Task GiveAsync(Process process, string input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            await process.WaitForExitAsync();
        }
    }
}
