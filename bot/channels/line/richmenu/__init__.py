"""Rich menus: the tabs with large buttons under the talk room. What they say, how they are drawn, how they get to LINE.

`menus` and `layout` are pure values, `drawing` makes a picture of them, `deploying` decides what has to change at LINE,
and `client` is the only module here that talks to LINE.
"""
