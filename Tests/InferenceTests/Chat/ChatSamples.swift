import Inference

/// Conversations and templates of all kinds that models come with.
enum ChatSamples {
  static let conversations: [[ChatMessage]] = [
    [],
    [ChatMessage(role: "user", "Hello, how are you?")],
    [
      ChatMessage(role: "system", "Be brief. Ünïcode ✓"), ChatMessage(role: "user", "Hi"),
      ChatMessage(role: "assistant", "  Fine.\n"),
      ChatMessage(role: "user", "<b>More</b> \"quoted\" 'é' 日本 {{ x }}"),
    ],
    [ChatMessage(role: "assistant", "first"), ChatMessage(role: "user", "")],
    [ChatMessage(role: "user", content: .null)],
    [
      ChatMessage(
        role: "user",
        content: .list([
          .mapping([("type", .string("text")), ("text", .string("look"))]),
          .mapping([("type", .string("image"))]),
        ]))
    ],
    [
      ChatMessage(role: "user", "Weather?"),
      ChatMessage(
        role: "assistant", content: .string(""),
        fields: [
          (
            "tool_calls",
            .list([
              .mapping([
                ("id", .string("abcdef123")), ("type", .string("function")),
                (
                  "function",
                  .mapping([
                    ("name", .string("weather")),
                    (
                      "arguments",
                      .mapping([
                        ("city", .string("Paris")), ("days", .number(1.5)), ("now", .bool(true)),
                        ("unit", .null),
                      ])
                    ),
                  ])
                ),
              ])
            ])
          )
        ]),
      ChatMessage(role: "tool", content: .string("22 °C"), fields: [("name", .string("weather"))]),
      ChatMessage(
        role: "assistant", content: .string("<think>\nhm\n</think>\n\nIt is 22."),
        fields: [("reasoning_content", .string("because"))]),
      ChatMessage(role: "user", "thanks"),
    ],
  ]

  static let tools: [ChatValue] = [
    .mapping([
      ("type", .string("function")),
      (
        "function",
        .mapping([
          ("name", .string("weather")), ("description", .string("Tells <the> \"weather\" & more")),
          (
            "parameters",
            .mapping([
              ("type", .string("object")),
              (
                "properties",
                .mapping([
                  (
                    "city",
                    .mapping([("type", .string("string")), ("enum", .list([.string("a")]))])
                  ),
                  ("days", .mapping([("type", .string("integer")), ("default", .integer(3))])),
                ])
              ), ("required", .list([.string("city")])),
            ])
          ),
        ])
      ),
    ])
  ]

  /// Written for these tests with the constructs that published templates are made of.
  static let templates: [String: String] = [
    "ChatML": """
    {% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
    You help.<|im_end|>
    ' }}{% endif %}{{'<|im_start|>' + message['role'] + '\\n' + (message['content'] or '') + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
    """,
    "system set apart": """
    {%- if messages and messages[0]["role"] == "system" %}
        {%- set system_message = messages[0]["content"] | trim %}
        {%- set rest = messages[1:] %}
    {%- else %}
        {%- set rest = messages %}
    {%- endif %}
    {{- bos_token }}
    {%- for message in rest %}
        {%- if (message.role == 'user') != (loop.index0 % 2 == 0) and not message.tool_calls and message.role != 'tool' %}
            {{- raise_exception('roles must alternate, not ' + message.role) }}
        {%- endif %}
        {%- if message.role == 'user' %}
            {%- if loop.first and system_message is defined %}
                {{- '[INST] ' ~ system_message ~ '\\n\\n' ~ message.content ~ ' [/INST]' }}
            {%- else %}
                {{- '[INST] ' + message.content + ' [/INST]' }}
            {%- endif %}
        {%- elif message.role is in ['assistant', 'model'] %}
            {{- ' ' + message.content|trim + eos_token }}
        {%- endif %}
    {%- endfor %}
    """,
    "tools and dates": """
    {{- bos_token }}
    {%- if not date_string is defined %}
        {%- if strftime_now is defined %}
            {%- set date_string = strftime_now("%d %b %Y") %}
        {%- else %}
            {%- set date_string = "26 Jul 2024" %}
        {%- endif %}
    {%- endif %}
    {%- if not tools is defined %}{%- set tools = none %}{%- endif %}
    {{- "Today is " + date_string + strftime_now(", %A %-d %B, %H:%M:%S %j %p %I %y") + ".\\n" }}
    {%- if tools is not none %}
        {%- for t in tools %}
            {{- t | tojson(indent=4) }}
            {{- "\\n\\n" }}
            {{- t.function.parameters.properties | items | list | length }}
        {%- endfor %}
    {%- endif %}
    {%- for message in messages %}
        {%- if 'tool_calls' in message %}
            {%- for call in message.tool_calls %}
                {%- set f = call.function if call.function is defined else call %}
                {{- '{"name": "' + f.name + '", "parameters": ' }}{{- f.arguments | tojson }}{{- "}" }}
                {%- for key, value in f.arguments.items() %}
                    {{- key }}={{ value if value is string else value | tojson }}{{ ', ' if not loop.last }}
                {%- endfor %}
            {%- endfor %}
        {%- elif message.content is mapping or (message.content is iterable and message.content is not string) %}
            {%- for part in message['content'] %}
                {%- if part['type'] == 'image' %}<image>{% elif 'text' in part %}{{ part.text }}{% endif %}
            {%- endfor %}
        {%- else %}
            {{- '<' ~ message.role|upper ~ '>' ~ message.content ~ '\\n' }}
        {%- endif %}
    {%- endfor %}
    """,
    "thinking": """
    {%- set ns = namespace(last=messages|length - 1, searching=true) %}
    {%- for message in messages[::-1] %}
        {%- set index = (messages|length - 1) - loop.index0 %}
        {%- if ns.searching and message.role == "user" and message.content is string and not(message.content.startswith('<tool>') and message.content.endswith('</tool>')) %}
            {%- set ns.searching = false %}
            {%- set ns.last = index %}
        {%- endif %}
    {%- endfor %}
    {%- for message in messages %}
        {%- set content = message.content if message.content is string else '' %}
        {%- if message.role == 'assistant' %}
            {%- set reasoning = '' %}
            {%- if message.reasoning_content is string %}
                {%- set reasoning = message.reasoning_content %}
            {%- endif %}
            {%- if '</think>' in content %}
                {%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
            {%- endif %}
            {% generation %}{{- message.role }}: {{ reasoning.strip('\\n') }}|{{ content }}{% endgeneration %}
        {%- else %}
            {{- message.role + ': ' + content + '\\n' }}
        {%- endif %}
        {%- if loop.previtem and loop.previtem.role == message.role %}(again){% endif %}
        {%- if loop.last or (not loop.last and loop.nextitem.role != 'tool') %}\\n{% endif %}
    {%- endfor %}
    {%- if add_generation_prompt %}
        {{- 'assistant: ' }}
        {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}
    {%- endif %}
    """,
    "macros": """
    {% macro kind(spec, wrap=false) -%}
      {%- set names = {"string": "str", "integer": "int"} -%}
      {%- if spec.type in names -%}{{ names[spec.type] }}
      {%- elif spec.type == "object" and spec.properties -%}
        { {%- for name, inner in spec.properties|dictsort %}{{ name }}: {{ kind(inner) }}{% if not loop.last %}, {% endif %}{%- endfor -%} }
      {%- else -%}any{%- endif -%}
    {%- endmacro %}
    {% macro framed(title) %}<{{ title }}>{{ caller() }}</{{ title }}>{% endmacro %}
    {% for tool in tools or [] %}
    {{ tool.function.name }}: {{ kind(tool.function.parameters) }}
    {% endfor %}
    {% set listing %}
    {% for m in messages if m.role != 'system' %}{{ loop.index }}/{{ loop.length }} {{ m.role|title }} {{ loop.cycle('a', 'b') }}
    {% else %}nobody
    {% endfor %}
    {% endset %}
    {% call framed('list') %}{{ listing|trim|indent(2, first=true) }}{% endcall %}
    {{ (messages|selectattr('role', 'equalto', 'user')|list|last).content if messages|selectattr('role', 'equalto', 'user')|list else 'none' }}
    {{ messages|map(attribute='role')|unique|join('+') }} {{ messages|rejectattr('role', 'in', ['user'])|map(attribute='role')|list }}
    {%- for m in messages %}{% if m.role == 'tool' %}{% break %}{% endif %}{% if m.role == 'system' %}{% continue %}{% endif %}.{% endfor %}
    """,
  ]
}
