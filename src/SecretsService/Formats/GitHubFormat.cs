using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace SecretsService.Formats;

/// <summary>
/// What is appended to <c>$GITHUB_ENV</c> or <c>$GITHUB_OUTPUT</c> (actions/runner, src/Runner.Worker/FileCommandManager.cs, EnvFileKeyValuePairs):
/// <c>NAME&lt;&lt;DELIMITER</c>, the value, and the delimiter in a line of its own. Whoever could foresee the delimiter could end the value early and
/// set other variables from within it, so it depends on a key that the caller's callers do not know.
/// </summary>
internal sealed class GitHubFormat : VariableFormat
{
    /// <summary>What a job prints first, so that its log shows none of the values.</summary>
    public static readonly VariableFormat Masks = new GitHubMaskFormat();

    private static ReadOnlySpan<byte> Domain => "secrets-service/github-delimiter/1\0"u8;

    public override string Name => "github";

    public override string Consumer => "GitHub Actions: $GITHUB_ENV and $GITHUB_OUTPUT";

    // NODE_OPTIONS: the runner's _setEnvBlockList, compared without letter case. The prefixes: "You can't overwrite the value of the default environment
    // variables named GITHUB_* and RUNNER_*" (GitHub Docs, Variables reference): the runner lets them be set and puts its own in their place.
    public override string? FaultOfName(string name) =>
        name.Equals("NODE_OPTIONS", StringComparison.OrdinalIgnoreCase)
            ? "The runner does not take this name from $GITHUB_ENV. Set it with env: in the workflow."
            : name.StartsWith("GITHUB_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("RUNNER_", StringComparison.OrdinalIgnoreCase)
                ? "The runner sets the variables whose names begin with GITHUB_ or RUNNER_ itself. Choose another name."
                : null;

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        var delimiter = DelimiterFor(variables, context);
        foreach (var variable in variables)
        {
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write("<<"u8);
            output.Write(delimiter);
            output.Write("\n"u8);
            output.Write(variable.Value.Span);
            output.Write("\n"u8);
            output.Write(delimiter);
            output.Write("\n"u8);
        }
    }

    // On Windows the runner takes the carriage return before a line feed for a part of the line's end.
    protected override string? FaultOfValue(Variable variable) =>
        variable.Value.Span.EndsWith("\r"u8)
            ? "The value ends with a carriage return, which a runner on Windows would drop with the end of the line. Remove it."
            : null;

    private static byte[] DelimiterFor(IReadOnlyList<Variable> variables, FormatContext context)
    {
        using var material = new ZeroingBuffer(4_096);
        for (var attempt = 0; ; attempt++)
        {
            material.Reset();
            WriteMaterial(variables, attempt, material);
            var delimiter = Encoding.ASCII.GetBytes(DelimiterOf(context.Unguessable(material.Written.Span)));
            if (!variables.Any(v => v.Value.Span.IndexOf(delimiter) >= 0))
            {
                return delimiter;
            }
        }
    }

    // material := domain | attempt | { length | name | length | value }, so that no two maps have the same material.
    private static void WriteMaterial(IReadOnlyList<Variable> variables, int attempt, ZeroingBuffer material)
    {
        material.Write(Domain);
        WriteNumber(attempt, material);
        foreach (var variable in variables)
        {
            WriteNumber(variable.Name.Length, material);
            Encoding.ASCII.GetBytes(variable.Name, material);
            WriteNumber(variable.Value.Length, material);
            material.Write(variable.Value.Span);
        }
    }

    private static void WriteNumber(int number, ZeroingBuffer material)
    {
        BinaryPrimitives.WriteInt32BigEndian(material.GetSpan(sizeof(int)), number);
        material.Advance(sizeof(int));
    }

    // As GitHub's own toolkit writes it: ghadelimiter_ and a UUID. A name can hold no hyphen, and so no delimiter.
    private static string DelimiterOf(string digits) =>
        $"ghadelimiter_{digits[..8]}-{digits[8..12]}-{digits[12..16]}-{digits[16..20]}-{digits[20..32]}";
}
