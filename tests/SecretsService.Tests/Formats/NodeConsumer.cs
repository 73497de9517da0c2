using System.Text.Json;

namespace SecretsService.Tests.Formats;

/// <summary>A reader of tests/consumers/readers, in one process of node for all files. What it needs of npm is installed when the first one reads.</summary>
internal abstract class NodeConsumer : Consumer
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private static readonly Lazy<Task<string>> Node = new(async () =>
        (await ReaderProcess.RunAsync("sh", [ReaderProcess.Script("install")])).Trim());

    /// <summary>The name of its file in tests/consumers/readers, without the extension.</summary>
    protected abstract string Reader { get; }

    /// <summary>The path of the node that reads.</summary>
    public static Task<string> NodeAsync() => Node.Value;

    public override async Task<IReadOnlyList<Reading>> ReadAsync(IReadOnlyList<byte[]> files)
    {
        var answer = await ReaderProcess.RunAsync(await NodeAsync(), [ReaderProcess.Script("read.js"), Reader], JsonSerializer.Serialize(files));
        return JsonSerializer.Deserialize<List<Reading>>(answer, Web)!;
    }
}
