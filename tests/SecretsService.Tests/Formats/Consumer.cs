namespace SecretsService.Tests.Formats;

/// <summary>What a consumer made of a file.</summary>
/// <param name="Variables">The variables that it read, where it read the file.</param>
/// <param name="Error">What it said, where it did not.</param>
internal sealed record Reading(IReadOnlyDictionary<string, string>? Variables, string? Error);

/// <summary>
/// Something that reads variables from a file: a real program, or a port of one's parser, line by line from its source. Many files go in at once,
/// because a program takes longer to start than to read.
/// </summary>
internal abstract class Consumer
{
    /// <summary>Its name, as the table in docs/formats.md has it.</summary>
    public abstract string Name { get; }

    /// <summary>What it is: the program with its version, or the source that it was ported from.</summary>
    public abstract string What { get; }

    /// <summary>The format that is written for it.</summary>
    public abstract string Format { get; }

    /// <summary>Reads files, each by itself. Every file sets other names than the environment that the tests run in.</summary>
    public abstract Task<IReadOnlyList<Reading>> ReadAsync(IReadOnlyList<byte[]> files);
}
