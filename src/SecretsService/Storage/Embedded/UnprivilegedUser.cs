using System.Globalization;
using System.Runtime.InteropServices;

namespace SecretsService.Storage.Embedded;

/// <summary>The user as whom PostgreSQL runs where the service is root, because PostgreSQL refuses to run as root.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Id">The user's number; never 0.</param>
/// <param name="GroupId">The number of the user's own group.</param>
internal sealed record UnprivilegedUser(string Name, uint Id, uint GroupId)
{
    // `postgres` comes with every package of PostgreSQL, `nobody` with every Linux.
    private static readonly string[] Candidates = ["postgres", "nobody"];

    /// <summary>The user to run PostgreSQL as; null where the service is an ordinary user and PostgreSQL runs as the same.</summary>
    /// <exception cref="EmbeddedPostgresException">The service is root and there is no such user.</exception>
    public static UnprivilegedUser? ForThisProcess(SearchLocations locations) =>
        Environment.IsPrivilegedProcess ? Find(locations.PasswdFile) : null;

    /// <summary>Gives a file, or a folder without what is in it, to this user.</summary>
    public void Own(string path)
    {
        if (NativeMethods.ChangeOwner(path, Id, GroupId) != 0)
        {
            throw new EmbeddedPostgresException(
                $"{path} cannot be given to the user {Name}, as whom PostgreSQL runs when the service is root "
                + $"({Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}): run the service as an ordinary user, "
                + $"or {EmbeddedPostgresException.SetAnother}.");
        }
    }

    /// <summary>Gives a folder and everything in it to this user; links are given themselves and not followed.</summary>
    public void OwnTree(string folder)
    {
        Own(folder);
        var everything = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", everything))
        {
            Own(path);
        }
    }

    private static UnprivilegedUser Find(string passwdFile)
    {
        var users = File.Exists(passwdFile) ? File.ReadLines(passwdFile).Select(Parse).OfType<UnprivilegedUser>().ToList() : [];
        return Candidates.Select(name => users.Find(user => user.Name == name)).FirstOrDefault(user => user is not null)
            ?? throw new EmbeddedPostgresException(
                $"PostgreSQL refuses to run as root, and there is no user {string.Join(" or ", Candidates)} to run it as: "
                + "run the service as an ordinary user, or create one of these with `useradd --system postgres`.");
    }

    // name:password:uid:gid:comment:home:shell
    private static UnprivilegedUser? Parse(string line)
    {
        var fields = line.Split(':');
        return fields.Length > 3
            && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && uint.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var groupId)
            && id != 0
                ? new UnprivilegedUser(fields[0], id, groupId)
                : null;
    }
}
