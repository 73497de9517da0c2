namespace SecretsService.Tests.Formats;

/// <summary>A shell, which reads each file in a subshell of its own and shows what its children would then have in their environment.</summary>
/// <param name="name">What it is called.</param>
/// <param name="way">"source" or "eval".</param>
/// <param name="words">Its command line.</param>
internal sealed class ShellConsumer(string name, string way, params string[] words) : Consumer
{
    public override string Name => name;

    public override string What => $"{words[0]} itself, in an empty environment, with `{(way == "source" ? ". file" : "eval \"$(cat file)\"")}`";

    public override string Format => "shell";

    public override async Task<IReadOnlyList<Reading>> ReadAsync(IReadOnlyList<byte[]> files)
    {
        var folder = Directory.CreateTempSubdirectory("formats-");
        try
        {
            var paths = files.Select((_, i) => Path.Combine(folder.FullName, $"{i}.sh")).ToList();
            await Task.WhenAll(files.Zip(paths, (file, path) => File.WriteAllBytesAsync(path, file)));
            var output = await ReaderProcess.RunAsync("env", ["-i", .. words, ReaderProcess.Script("read.sh"), way, .. paths]);
            return ReadingsIn(output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<Reading> ReadingsIn(string output)
    {
        var environments = output.Split("\0\0")[..^1].Select(e => e.Split('\0').Where(v => v.Length > 0)).ToList();
        return [.. environments.Skip(1).Select(after => new Reading(Parsed(after.Except(environments[0], StringComparer.Ordinal)), null))];
    }

    private static Dictionary<string, string> Parsed(IEnumerable<string> variables) =>
        variables.Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1], StringComparer.Ordinal);
}
