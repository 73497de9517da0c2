using System.Text.Json;

namespace SecretsService.Tests.Formats;

/// <summary>A program other than node that reads with a script of tests/consumers, in one process for all files.</summary>
/// <param name="name">Its name.</param>
/// <param name="what">The program, with what it reads with.</param>
/// <param name="format">The format that is written for it.</param>
/// <param name="program">The program.</param>
/// <param name="script">Its script in tests/consumers.</param>
internal sealed class ScriptConsumer(string name, string what, string format, string program, string script) : Consumer
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public override string Name => name;

    public override string What => what;

    public override string Format => format;

    public override async Task<IReadOnlyList<Reading>> ReadAsync(IReadOnlyList<byte[]> files)
    {
        var answer = await ReaderProcess.RunAsync(program, [ReaderProcess.Script(script)], JsonSerializer.Serialize(files));
        return JsonSerializer.Deserialize<List<Reading>>(answer, Web)!;
    }
}
