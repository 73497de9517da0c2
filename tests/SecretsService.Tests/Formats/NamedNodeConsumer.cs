namespace SecretsService.Tests.Formats;

/// <summary>A reader of tests/consumers/readers that needs nothing but its name.</summary>
/// <param name="reader">The name of its file, without the extension.</param>
/// <param name="what">The package with its version.</param>
/// <param name="format">The format that is written for it.</param>
internal sealed class NamedNodeConsumer(string reader, string what, string format) : NodeConsumer
{
    public override string Name => reader;

    public override string What => what;

    public override string Format => format;

    protected override string Reader => reader;
}
