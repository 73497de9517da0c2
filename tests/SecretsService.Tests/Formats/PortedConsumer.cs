namespace SecretsService.Tests.Formats;

/// <summary>A reader that is no program here but a port of one's parser, or a parser of .NET.</summary>
/// <param name="name">Its name.</param>
/// <param name="what">The source that it was ported from.</param>
/// <param name="format">The format that is written for it.</param>
/// <param name="parse">Reads one file; a <see cref="FormatException"/> where it cannot.</param>
internal sealed class PortedConsumer(string name, string what, string format, Func<byte[], Dictionary<string, string>> parse) : Consumer
{
    public override string Name => name;

    public override string What => what;

    public override string Format => format;

    public override Task<IReadOnlyList<Reading>> ReadAsync(IReadOnlyList<byte[]> files) =>
        Task.FromResult<IReadOnlyList<Reading>>([.. files.Select(Read)]);

    private Reading Read(byte[] file)
    {
        try
        {
            return new Reading(parse(file), null);
        }
        catch (Exception e) when (e is FormatException or System.Text.DecoderFallbackException)
        {
            return new Reading(null, e.Message);
        }
    }
}
