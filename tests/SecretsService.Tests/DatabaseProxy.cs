using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace SecretsService.Tests;

/// <summary>Where the way to the database breaks.</summary>
public enum Break
{
    /// <summary>The statement does not arrive.</summary>
    BeforeStatement,

    /// <summary>The statement is done, and the answer does not come back.</summary>
    BeforeAnswer,
}

/// <summary>
/// Stands between the service and PostgreSQL and breaks the connection at a given statement, as a crash of the service or of the network between
/// two statements would. Everything of one round trip counts as one statement: the frontend's messages up to a Query or Sync
/// (https://www.postgresql.org/docs/current/protocol-flow.html).
/// </summary>
public sealed class DatabaseProxy : IDisposable
{
    private const int SslRequest = 80_877_103;
    private const int GssRequest = 80_877_104;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly EndPoint _database;
    private readonly Lock _lock = new();
    private int _statementsLeft;
    private Break _break;

    /// <summary>Begins to listen.</summary>
    /// <param name="connectionString">The way to the database without a proxy.</param>
    public DatabaseProxy(string connectionString)
    {
        var direct = new NpgsqlConnectionStringBuilder(connectionString);
        _database = direct.Host!.StartsWith('/')
            ? new UnixDomainSocketEndPoint($"{direct.Host}/.s.PGSQL.{direct.Port}")
            : new DnsEndPoint(direct.Host, direct.Port);
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = IPAddress.Loopback.ToString(),
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
        }.ConnectionString;
        _ = AcceptAsync();
    }

    /// <summary>The way to the database through this proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>True while a break that was asked for has not come.</summary>
    public bool IsArmed
    {
        get
        {
            lock (_lock)
            {
                return _statementsLeft > 0;
            }
        }
    }

    /// <summary>Breaks the connection at the n-th statement from now on, on whichever connection that comes.</summary>
    public void BreakAt(int statement, Break where)
    {
        lock (_lock)
        {
            (_statementsLeft, _break) = (statement, where);
        }
    }

    /// <summary>Lets everything through.</summary>
    public void Disarm() => BreakAt(0, Break.BeforeStatement);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = RelayAsync(await _listener.AcceptSocketAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private async Task RelayAsync(Socket accepted)
    {
        using var server = new Socket(_database.AddressFamily == AddressFamily.Unix ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.IP);
        using var client = accepted;
        try
        {
            await server.ConnectAsync(_database);
            await using var service = new NetworkStream(client);
            await using var postgres = new NetworkStream(server);
            await Task.WhenAny(ForwardStatementsAsync(service, postgres, client), postgres.CopyToAsync(service));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // One of the two has gone; disposing of both sockets tells the other.
        }
    }

    private async Task ForwardStatementsAsync(NetworkStream service, NetworkStream postgres, Socket client)
    {
        while (await ForwardStartAsync(service, postgres))
        {
            // What asks for encryption is answered with no, and followed by the real start.
        }

        var head = new byte[5];
        while (true)
        {
            await service.ReadExactlyAsync(head);
            var message = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) + 1];
            head.CopyTo(message, 0);
            await service.ReadExactlyAsync(message.AsMemory(head.Length));
            var where = head[0] is (byte)'S' or (byte)'Q' ? Count() : null;
            if (where == Break.BeforeStatement)
            {
                return;
            }

            if (where == Break.BeforeAnswer)
            {
                // Of now on nothing goes back; PostgreSQL reads what it was sent before it sees the end.
                client.Shutdown(SocketShutdown.Both);
                await postgres.WriteAsync(message);
                return;
            }

            await postgres.WriteAsync(message);
        }
    }

    // True where the real start is still to come.
    private static async Task<bool> ForwardStartAsync(NetworkStream service, NetworkStream postgres)
    {
        var length = new byte[4];
        await service.ReadExactlyAsync(length);
        var start = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        length.CopyTo(start, 0);
        await service.ReadExactlyAsync(start.AsMemory(length.Length));
        await postgres.WriteAsync(start);
        return BinaryPrimitives.ReadInt32BigEndian(start.AsSpan(4)) is SslRequest or GssRequest;
    }

    private Break? Count()
    {
        lock (_lock)
        {
            return _statementsLeft > 0 && --_statementsLeft == 0 ? _break : null;
        }
    }
}
