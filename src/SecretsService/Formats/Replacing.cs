using System.Buffers;

namespace SecretsService.Formats;

/// <summary>Writes a value with what stands for one of its bytes.</summary>
internal static class Replacing
{
    public static void WriteReplacing(this IBufferWriter<byte> output, ReadOnlySpan<byte> value, byte replaced, ReadOnlySpan<byte> replacement)
    {
        for (int next; (next = value.IndexOf(replaced)) >= 0; value = value[(next + 1)..])
        {
            output.Write(value[..next]);
            output.Write(replacement);
        }

        output.Write(value);
    }
}
