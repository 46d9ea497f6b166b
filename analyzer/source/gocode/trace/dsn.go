package trace

import (
	"slices"
	"strings"
	"unicode"
)

// What opens a store is told where it is by a text. Only the names of hosts and databases are ever taken out of it: what
// cannot be taken apart for certain is not known at all, since a password may be anywhere in it.

// located is what a text says of a store; each part "" where it says nothing. In the parts the runes from firstHole on stand
// for what is not known of the text: its holes, in their order.
type located struct {
	kind, server, database string
	memory                 bool // it is gone with the process, and nobody else sees it
}

// firstHole stands for the first hole of a text, the next rune for the next one. They are of no alphabet.
const firstHole = '\uE000'

func isHole(r rune) bool { return r >= firstHole && r < '\uF8FF' }

// withHoles is a text with a rune for each of its unknown parts.
func (t target) withHoles() string {
	parts := strings.Split(t.text, "{}")
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteRune(firstHole + rune(i-1))
		}
		b.WriteString(strings.Map(func(r rune) rune {
			if isHole(r) {
				return -1
			}
			return r
		}, part))
	}
	return b.String()
}

// locate takes a data source name apart, of a store of some kind as far as that is known.
func locate(kind, text string) located {
	text = strings.TrimSpace(text)
	scheme, rest, isURL := strings.Cut(text, "://")
	switch {
	case text == "":
		return located{}
	case embeddedKind(kind):
		return locateFile(kind, text)
	case isURL && isScheme(scheme):
		return locateURL(kind, scheme, rest)
	case kind == "mysql" || strings.Contains(text, "@tcp(") || strings.Contains(text, "@unix("):
		return locateMySQL(text)
	case kind == "spanner":
		server, database, _ := strings.Cut(text, "/databases/")
		return located{kind: kind, server: plainHost(server), database: plainName(database)}
	case kind == "mongodb" || kind == "couchbase" || kind == "redis" || kind == "memcached":
		return locateURL(kind, "", text)
	case strings.Contains(text, "="):
		return locateWords(kind, text)
	case kind == "clickhouse" || kind == "sqlserver":
		return locateURL(kind, "", text)
	}
	return located{}
}

// isScheme reports whether a URL may begin so.
func isScheme(scheme string) bool {
	return scheme != "" && strings.Trim(strings.ToLower(scheme), "abcdefghijklmnopqrstuvwxyz0123456789+-.") == ""
}

// kindOfDriver is the kind of store that a driver, or a URL's scheme, is for; "" where that is not known.
func kindOfDriver(driver string) string {
	driver = strings.ToLower(driver)
	for _, known := range [...][2]string{
		{"postgres", "postgres"}, {"pgx", "postgres"}, {"pq", "postgres"}, {"cockroach", "postgres"}, {"cloudsqlpostgres", "postgres"},
		{"sqlite", "sqlite"}, {"libsql", "sqlite"}, {"mysql", "mysql"}, {"mariadb", "mysql"}, {"tidb", "mysql"},
		{"sqlserver", "sqlserver"}, {"mssql", "sqlserver"}, {"mongodb", "mongodb"}, {"redis", "redis"}, {"valkey", "redis"},
		{"clickhouse", "clickhouse"}, {"oracle", "oracle"}, {"godror", "oracle"}, {"oci8", "oracle"}, {"snowflake", "snowflake"}, {"neo4j", "neo4j"},
		{"cassandra", "cassandra"}, {"couchbase", "couchbase"}, {"spanner", "spanner"}, {"dynamodb", "dynamodb"}, {"firestore", "firestore"},
	} {
		if strings.Contains(driver, known[0]) {
			return known[1]
		}
	}
	switch driver {
	case "s3", "gs":
		return map[string]string{"s3": "s3", "gs": "gcs"}[driver]
	case "azblob":
		return "azure-blob"
	case "mongo":
		return "mongodb"
	case "mem", "mem:":
		return "memory"
	case "file":
		return "files"
	}
	return ""
}

// embeddedKind reports whether stores of a kind are files of the service that opens them.
func embeddedKind(kind string) bool {
	switch kind {
	case "sqlite", "bolt", "badger", "leveldb", "pebble", "files":
		return true
	}
	return false
}

// defaultPort is the port that a store of a kind has unless something else is said.
func defaultPort(kind string) string {
	return map[string]string{"postgres": "5432", "mysql": "3306", "sqlserver": "1433", "mongodb": "27017", "redis": "6379", "memcached": "11211",
		"cassandra": "9042", "elasticsearch": "9200", "opensearch": "9200", "clickhouse": "9000", "influxdb": "8086", "neo4j": "7687",
		"etcd": "2379", "consul": "8500", "zookeeper": "2181"}[kind]
}

// locateFile is a store in a file: nobody else's, so that its name is all there is to it.
func locateFile(kind, text string) located {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "sqlite3://"), "sqlite://")
	path, options, _ := strings.Cut(strings.TrimPrefix(text, "file:"), "?")
	if path == ":memory:" || strings.Contains(options, "mode=memory") || strings.Contains(path, "::memory:") {
		return located{kind: kind, memory: true}
	}
	if strings.Contains(path, "://") { // of a server after all
		return located{}
	}
	return located{kind: kind, database: plainName(path[strings.LastIndexAny(path, `/\`)+1:])}
}

// locateURL is what a URL says; scheme may be "".
func locateURL(kind, scheme, rest string) located {
	found := located{kind: kindOfDriver(scheme)}
	if found.kind == "" {
		found.kind = kind
	}
	if found.kind == "memory" {
		return located{kind: kind, memory: true}
	}
	if embeddedKind(found.kind) && kindOfDriver(scheme) != "" {
		return locateFile(found.kind, rest)
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
		rest = rest[at+1:]
	} else if strings.Contains(rest[end:], "@") { // there is a slash or a question mark in the password, or something else is odd
		return located{kind: found.kind}
	}
	authority, path := rest, ""
	if end = strings.IndexAny(rest, "/?#"); end >= 0 {
		authority, path = rest[:end], rest[end:]
	}
	path, query, _ := strings.Cut(path, "?")
	path, _, _ = strings.Cut(strings.TrimPrefix(path, "/"), "#")
	if strings.IndexFunc(query, isHole) < 0 && strings.Contains(query, "@") {
		query = ""
	}
	if strings.HasSuffix(authority, ")") { // as the driver of MySQL has it
		return locateMySQL(rest)
	}
	found.server = hosts(found.kind, authority)
	switch found.kind {
	case "s3", "gcs", "azure-blob": // the URL of a bucket
		if scheme == "s3" || scheme == "gs" || scheme == "azblob" {
			return located{kind: found.kind, database: plainName(authority)}
		}
	case "dynamodb", "mongodb": // where the Go Cloud Development Kit finds a table, or a collection in a database
		if scheme == "dynamodb" || scheme == "mongo" {
			return located{kind: found.kind, database: plainName(authority)}
		}
	case "sqlserver":
		path = "" // an instance
	case "postgres", "mysql", "redis", "clickhouse", "oracle", "snowflake", "couchbase", "":
	default: // what stands in the path is no database
		path = ""
	}
	first, _, _ := strings.Cut(path, "/")
	found.database = plainName(first)
	for option := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "database", "dbname", "db":
			if found.database == "" || found.kind == "redis" {
				found.database = plainName(value)
			}
		case "host":
			if authority == "" || strings.HasPrefix(authority, ":") {
				found.server = hosts(found.kind, strings.ReplaceAll(value, "%2F", "/"))
			}
		}
	}
	return found
}

// locateMySQL is what a name of the form user:password@net(address)/database?options says.
func locateMySQL(text string) located {
	found := located{kind: "mysql"}
	before, after := "", ""
	if open := strings.LastIndex(text, ")/"); open >= 0 {
		before, after = text[:open+1], text[open+2:]
	} else {
		name, _, _ := strings.Cut(text, "?")
		slash := strings.LastIndexByte(name, '/')
		if slash < 0 {
			return found
		}
		before, after = name[:slash], name[slash+1:]
	}
	name, _, _ := strings.Cut(after, "?")
	found.database = plainName(name)
	address := before[strings.LastIndexByte(before, '@')+1:]
	if open := strings.IndexByte(address, '('); open >= 0 && strings.HasSuffix(address, ")") {
		found.server = hosts("mysql", address[open+1:len(address)-1])
	}
	return found
}

// locateWords is what words of the form key=value say, with spaces or semicolons between them.
func locateWords(kind, text string) located {
	found := located{kind: kind}
	port := ""
	words := keyed(text)
	for _, word := range words {
		switch word[0] {
		case "host", "hostaddr", "server", "data source", "addr", "address", "network address":
			found.server = word[1]
		case "port":
			port = word[1]
		case "dbname", "database", "initial catalog":
			found.database = plainName(word[1])
		}
	}
	if server, p, ok := strings.Cut(found.server, ","); ok && kind == "sqlserver" { // as Windows has it
		found.server, port = server, p
	}
	if found.server != "" && port != "" && !strings.ContainsAny(found.server, ",:/") {
		found.server += ":" + port
	}
	found.server = hosts(kind, found.server)
	return found
}

// keyed are the keys, in lower case, and values of a text.
func keyed(text string) [][2]string {
	var words [][2]string
	between := " "
	if strings.Contains(text, ";") {
		between = ";"
	}
	for text = strings.TrimSpace(text); text != ""; {
		key, rest, ok := strings.Cut(text, "=")
		if !ok {
			break
		}
		rest = strings.TrimLeft(rest, " ")
		value := ""
		if strings.HasPrefix(rest, "'") {
			end := 1
			for end < len(rest) && (rest[end] != '\'' || rest[end-1] == '\\') {
				end++
			}
			value, rest = rest[1:end], rest[min(end+1, len(rest)):]
			rest = strings.TrimPrefix(strings.TrimSpace(rest), between)
		} else {
			value, rest, _ = strings.Cut(rest, between)
		}
		words = append(words, [2]string{strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)})
		text = strings.TrimSpace(rest)
	}
	return words
}

// hosts are the hosts in a text of one or more, sorted, without the port that they have anyway; "" for what is none.
func hosts(kind, text string) string {
	if _, rest, ok := strings.Cut(text, "://"); ok { // a list of URLs
		if strings.Contains(rest, "@") || strings.Contains(rest, ",") {
			var all []string
			for one := range strings.SplitSeq(text, ",") {
				scheme, rest, ok := strings.Cut(one, "://")
				if ok {
					one = locateURL(kind, scheme, rest).server
				} else {
					one = hosts(kind, one)
				}
				if one == "" {
					return ""
				}
				all = append(all, one)
			}
			return inOrder(all)
		}
		text, _, _ = strings.Cut(rest, "/")
		text, _, _ = strings.Cut(text, "?")
	}
	var all []string
	for one := range strings.SplitSeq(text, ",") {
		host := plainHost(strings.TrimSpace(one))
		if host == "" {
			return ""
		}
		name, port, ok := cutPort(host)
		if ok && (port == defaultPort(kind) || strings.IndexFunc(port, isHole) >= 0) {
			host = name
		}
		if strings.HasPrefix(host, ":") { // as Go takes an address that is only a port
			host = "localhost" + host
		}
		if host == "" {
			host = "localhost"
		}
		all = append(all, host)
	}
	return inOrder(all)
}

func inOrder(all []string) string {
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ",")
}

// cutPort cuts the port off a host.
func cutPort(host string) (name, port string, ok bool) {
	i := strings.LastIndexByte(host, ':')
	if i < 0 || strings.HasPrefix(host, "/") || strings.Count(host, ":") > 1 && !strings.Contains(host, "]:") {
		return host, "", false
	}
	return host[:i], host[i+1:], true
}

// plainHost is a text that may be a host with a port, a socket's path or the name of a resource; "" for others.
func plainHost(text string) string {
	for _, r := range text {
		if !isHole(r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_:[]/", r) {
			return ""
		}
	}
	if _, port, ok := cutPort(text); ok && strings.IndexFunc(port, func(r rune) bool { return !isHole(r) && !unicode.IsDigit(r) }) >= 0 {
		if strings.Count(text, ":") == 1 { // a:b:c is the name of an instance
			return ""
		}
	}
	return text
}

// plainName is a text that may be the name of a database; "" for others.
func plainName(text string) string {
	for _, r := range text {
		if !isHole(r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_ $()", r) {
			return ""
		}
	}
	return text
}
