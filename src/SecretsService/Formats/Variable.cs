using System.Text;

namespace SecretsService.Formats;

/// <summary>One environment variable that is about to be written.</summary>
/// <param name="Name">Its name: a letter or underscore first, then letters, digits and underscores, 256 at most.</param>
/// <param name="Value">Its value in UTF-8, without NUL. The memory belongs to whoever made the list, who zeroes it.</param>
/// <param name="IsSecret">False for a plain variable, which logs may show.</param>
internal readonly record struct Variable(string Name, ReadOnlyMemory<byte> Value, bool IsSecret = true)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(Name);
        return true;
    }
}
